#include <ashlar/module.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "report.hpp"
#include "revenue_book.hpp"

namespace analytics {

class AnalyticsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "analytics"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.needs<ashlar::store::Store>();
    declaration.needs<ashlar::store::DurableLog>();
    declaration.commands().add({.name = "revenue",
                                .summary = "Prints what the orders brought, to a ten-thousandth",
                                .options = {{"by", "customer, item or month instead of the total"}},
                                .flags = {{"json", "One JSON object from name to amount"}},
                                .run = [this](const ashlar::CommandLine& line) { return print(line); }});
  }

  void prepare(ashlar::ModuleContext& context) override {
    book_.emplace(context.service<ashlar::store::DurableLog>(), context.service<ashlar::store::Store>());
    context.health_check("database", [this] {
      book_->check();
      return std::string();
    });
  }

  void register_handlers(ashlar::EventRegistry& registry) override { book_->filled_by(registry.stream("revenue")); }

  void start(ashlar::ModuleContext& context) override {
    context.routes().get("/analytics/revenue", [this](const ashlar::Request& request) {
      const auto by = request.query.find("by");
      if (by == request.query.end()) return ashlar::Response{.body = report_json(total())};
      const std::optional<Grouping> grouping = grouping_of(by->second);
      if (!grouping) throw ashlar::HttpError(400, "by", "revenue is told by customer, item or month");
      return ashlar::Response{.body = report_json(book_->by(*grouping))};
    });
  }

 private:
  Revenues total() { return {{"total", book_->total()}}; }

  int print(const ashlar::CommandLine& line) {
    const std::string& by = line.argument("by");
    const std::optional<Grouping> grouping = grouping_of(by);
    if (!grouping && !by.empty()) {
      throw ashlar::UsageError("--by: revenue is told by customer, item or month, not by '" + by + "'");
    }
    book_->catch_up();
    const Revenues revenues = grouping ? book_->by(*grouping) : total();
    line.out << (line.flag("json") ? report_json(revenues) + "\n" : report_text(revenues));
    return 0;
  }

  std::optional<RevenueBook> book_;
};

}  // namespace analytics

ASHLAR_MODULE(analytics, analytics::AnalyticsModule)
