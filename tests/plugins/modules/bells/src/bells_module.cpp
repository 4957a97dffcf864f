#include <ashlar/module.hpp>
#include <bells/events.hpp>
#include <echo/events.hpp>
#include <ostream>
#include <string>

namespace bells {
namespace {

// `ring` publishes Rang and prints which events it led to, and whether their metadata followed.
class BellsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "bells"; }

  void declare(ashlar::Declaration& d) override {
    d.emits<Rang>();
    d.commands().add({.name = "ring", .summary = "Ring a bell", .run = [this](const ashlar::CommandLine& line) {
                        const ashlar::PublishReport report = bus_->publish(Rang{3});
                        line.out << report.to_string() << ", " << heard_ << "\n";
                        return 0;
                      }});
  }
  void prepare(ashlar::ModuleContext& context) override { bus_ = &context.bus(); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([this](const echo::Echoed& echoed, const ashlar::EventContext& context) {
      heard_ = std::to_string(echoed.times) + " echoes of " + std::string(context.source()) + ", caused by " +
               (context.causation_id().empty() ? "nothing" : "the ring");
    });
  }

 private:
  ashlar::EventBus* bus_ = nullptr;
  std::string heard_ = "nothing";
};

}  // namespace
}  // namespace bells

ASHLAR_MODULE(bells, bells::BellsModule)
