#include <ashlar/module.hpp>
#include <inventory.hpp>
#include <shelves/events.hpp>
#include <shelves/shelves.hpp>

namespace shelves {
namespace {

class ShelvesModule final : public ashlar::Module, private Shelves {
 public:
  std::string_view name() const override { return "shelves"; }
  void declare(ashlar::Declaration& d) override {
    d.provides<Shelves>();
    d.emits<BookTaken>();
  }
  void prepare(ashlar::ModuleContext& context) override {
    bus_ = &context.bus();
    context.provide<Shelves>(*this);
  }

 private:
  bool take(const std::string& book) override {
    if (!inventory_.remove(book)) return false;
    bus_->publish(BookTaken{book});
    return true;
  }

  Inventory inventory_;
  ashlar::EventBus* bus_ = nullptr;
};

}  // namespace
}  // namespace shelves

ASHLAR_MODULE(shelves, shelves::ShelvesModule)
