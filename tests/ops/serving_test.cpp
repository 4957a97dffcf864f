#include <doctest/doctest.h>

#include <csignal>
#include <functional>

#include "application_run.hpp"
#include "served_routes.hpp"

namespace {

// Serves on a free port, calls `meanwhile` with it once the port is open, and then stops by `signal`.
int serve(ApplicationRun& shop, std::function<void(std::uint16_t)> meanwhile, int signal = SIGTERM) {
  shop.application.what_to_try = [=](std::string_view url) {
    meanwhile(port_of(url));
    std::raise(signal);
    return "Try this: " + std::string(url);
  };
  return shop({"--set", "http.port=0"});
}

}  // namespace

TEST_CASE("without a command it serves, says where and what to try, and ends with 0 when it is told to stop") {
  ApplicationRun shop;
  std::string url;
  const int code = serve(shop, [&](std::uint16_t port) {
    url = "http://127.0.0.1:" + std::to_string(port);
    CHECK(get(port, "/orders").body == "[]");
  });
  CHECK(code == 0);
  CHECK(shop.out.str() == "shop serves " + url + "; Ctrl-C stops it\n\nTry this: " + url + "\n");
  CHECK(contains(shop.err.str(), "host started"));
}

TEST_CASE("D7: /health/live answers, and /health/ready names what is not ready") {
  ApplicationRun shop;
  struct Ill final : ashlar::Module {
    std::string_view name() const override { return "ill"; }
    void declare(ashlar::Declaration&) override {}
    void start(ashlar::ModuleContext& context) override {
      context.health_check("disk", [] { return std::string("the disk is full"); });
    }
  };
  serve(shop, [](std::uint16_t port) {
    CHECK(get(port, "/health/live").status == 200);
    const Answer ready = get(port, "/health/ready");
    CHECK(ready.status == 200);
    CHECK(contains(ready.body, R"("status": "ready")"));
  });
  shop.application.modules.push_back({"ill", &small_shop::make<Ill>});
  serve(shop, [](std::uint16_t port) {
    CHECK(get(port, "/health/live").status == 200);
    const Answer ready = get(port, "/health/ready");
    CHECK(ready.status == 503);
    CHECK(contains(ready.body, "ill/disk"));
    CHECK(contains(ready.body, "the disk is full"));
  });
}

TEST_CASE("GET /describe is what `describe --json` prints") {
  ApplicationRun shop;
  std::string served;
  serve(shop, [&](std::uint16_t port) { served = get(port, "/describe").body; });
  CHECK(shop({"describe", "--json"}) == 0);
  CHECK(served == shop.out.str());
}

TEST_CASE("a port in use is said in a sentence, and the host is stopped in order") {
  struct Stopping final : ashlar::Module {
    std::string_view name() const override { return "stopping"; }
    void declare(ashlar::Declaration&) override {}
    void stop() override { throw std::runtime_error("stop() was called"); }
  };
  ServedRoutes other;
  const auto port = other.serve();
  ApplicationRun shop;
  shop.application.modules = {{"stopping", &small_shop::make<Stopping>}};
  CHECK(shop({"--set", "http.port=" + std::to_string(port), "--log-level", "off"}) == 1);
  CHECK(shop.err.str().starts_with("module 'stopping' failed to stop: stop() was called\nshop: port "));
  CHECK(contains(shop.err.str(), "is in use"));
  CHECK(shop.out.str().empty());
}

TEST_CASE("without HTTP it runs, and says so") {
  ApplicationRun shop;
  shop.application.what_to_try = [](std::string_view url) {
    CHECK(url.empty());
    std::raise(SIGTERM);
    return std::string();
  };
  CHECK(shop({"--set", "http.enabled=false"}) == 0);
  CHECK(shop.out.str() == "shop runs without HTTP, which http.enabled switches on; Ctrl-C stops it\n");
}
