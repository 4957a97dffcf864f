#include <ashlar/module.hpp>
#include <bells/events.hpp>
#include <echo/events.hpp>

namespace echo {
namespace {

class EchoModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "echo"; }

  void declare(ashlar::Declaration& d) override { d.emits<Echoed>(); }
  void prepare(ashlar::ModuleContext& context) override { bus_ = &context.bus(); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([this](const bells::Rang& rang) { bus_->publish(Echoed{rang.times}); });
  }

 private:
  ashlar::EventBus* bus_ = nullptr;
};

}  // namespace
}  // namespace echo

ASHLAR_MODULE(echo, echo::EchoModule)
