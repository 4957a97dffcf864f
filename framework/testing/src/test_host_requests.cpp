// What a TestHost asks of the routes of its modules.

#include <ashlar/testing/test_host.hpp>
#include <utility>

#include "test_host_state.hpp"

namespace ashlar::testing {

Reply TestHost::get(std::string_view path, Headers headers) {
  return Reply(state_->routes.call("GET", path, {}, std::move(headers)));
}

Reply TestHost::remove(std::string_view path, Headers headers) {
  return Reply(state_->routes.call("DELETE", path, {}, std::move(headers)));
}

Reply TestHost::post(std::string_view path, std::string body, Headers headers) {
  return Reply(state_->routes.call("POST", path, std::move(body), std::move(headers)));
}

Reply TestHost::put(std::string_view path, std::string body, Headers headers) {
  return Reply(state_->routes.call("PUT", path, std::move(body), std::move(headers)));
}

}  // namespace ashlar::testing
