#include <ashlar/module.hpp>
#include <ashlar/store/database.hpp>
#include <loans/events.hpp>
#include <ostream>
#include <shelves/events.hpp>
#include <shelves/shelves.hpp>

namespace loans {
namespace {

class LoansModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "loans"; }
  void declare(ashlar::Declaration& d) override {
    d.needs<shelves::Shelves>();
    d.emits<BookLent>();
    d.commands().add({.name = "lend",
                      .summary = "Lend a book",
                      .arguments = {{.name = "book", .summary = "its title"}, {.name = "reader", .summary = "who"}},
                      .run = [this](const ashlar::CommandLine& line) { return lend(line); }});
  }
  void prepare(ashlar::ModuleContext& context) override {
    bus_ = &context.bus();
    shelves_ = &context.service<shelves::Shelves>();
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([this](const shelves::BookTaken& taken) { last_taken_ = taken.book; });
  }

 private:
  int lend(const ashlar::CommandLine& line) {
    const std::string& book = line.argument("book");
    if (!shelves_->take(book)) throw ashlar::Error("there is no '" + book + "' on the shelves");
    bus_->publish(BookLent{book, line.argument("reader")});
    line.out << last_taken_ << " is lent to " << line.argument("reader") << "\n";
    return 0;
  }

  ashlar::EventBus* bus_ = nullptr;
  shelves::Shelves* shelves_ = nullptr;
  std::string last_taken_;
};

}  // namespace
}  // namespace loans

ASHLAR_MODULE(loans, loans::LoansModule)
