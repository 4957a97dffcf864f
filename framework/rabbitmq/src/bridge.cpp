#include <ashlar/rabbitmq/bridge.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace ashlar::rabbitmq {
namespace {

std::vector<std::string> separated(std::string_view urls) {
  std::vector<std::string> list;
  while (true) {
    const std::size_t comma = urls.find(',');
    std::string_view url = urls.substr(0, comma);
    while (url.starts_with(' ')) url.remove_prefix(1);
    while (url.ends_with(' ')) url.remove_suffix(1);
    list.emplace_back(url);
    if (comma == std::string_view::npos) return list;
    urls.remove_prefix(comma + 1);
  }
}

std::unique_ptr<bridge::Broker> make(bridge::BrokerOrder order) {
  const bridge::BridgeOptions& options = *order.options;
  return make_broker(
      {.urls = separated(options.url.value),
       .tls = {.ca_file = options.tls.ca, .certificate_file = options.tls.certificate, .key_file = options.tls.key},
       .connection_name = std::move(order.application),
       .heartbeat = options.heartbeat,
       .window = static_cast<std::size_t>(options.window),
       .max_message_bytes = static_cast<std::size_t>(options.max_message_bytes),
       .publishes = order.publishes,
       .log = std::move(order.log)},
      std::move(order.topology));
}

std::unique_ptr<Module> make_module() { return bridge::make_bridge_module("rabbitmq", make); }

}  // namespace

ModuleFactory bridge() { return {"rabbitmq", make_module}; }

}  // namespace ashlar::rabbitmq
