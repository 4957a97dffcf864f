// page: `ASHLAR_MODULE` inside a namespace
#include <ashlar/module.hpp>

namespace orders {

class OrdersModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "orders"; }
  void declare(ashlar::Declaration&) override {}
};

#ifndef CORRECT
ASHLAR_MODULE(orders, OrdersModule)
#endif

}  // namespace orders

#ifdef CORRECT
ASHLAR_MODULE(orders, orders::OrdersModule)
#endif
