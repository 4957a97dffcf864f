#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

// A host with the module `orders`, which declares Placed, and the module `mails`, which handles it as the test says.
namespace middleware_test {

struct Placed {
  std::string order_id;
};
ASHLAR_EVENT(Placed, "orders.order.placed", 1, order_id)

using Middleware = std::vector<std::shared_ptr<ashlar::Middleware>>;

class MailHouse : public support::House {
 public:
  MailHouse(Middleware middleware, std::function<void(ashlar::EventRegistry&)> handlers)
      : House(with(std::move(middleware))) {
    House::with("orders", {.declare = support::emits<Placed>()});
    House::with("mails", {.handlers = std::move(handlers)});
    start();
  }

  ashlar::PublishReport place(std::string order_id = "1", const ashlar::PublishOptions& options = {}) {
    return bus("orders").publish(Placed{std::move(order_id)}, options);
  }

 private:
  static ashlar::HostOptions with(Middleware middleware) {
    ashlar::HostOptions options;
    options.middleware = std::move(middleware);
    return options;
  }
};

// A handler `mail` that does this.
inline std::function<void(ashlar::EventRegistry&)> mail(std::function<void()> what,
                                                        ashlar::HandlerOptions options = {}) {
  options.name = "mail";
  return [what = std::move(what), options](ashlar::EventRegistry& registry) {
    registry.on([what](const Placed&) { what(); }, options);
  };
}

}  // namespace middleware_test
