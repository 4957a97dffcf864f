#include <ashlar/module.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <charconv>
#include <optional>
#include <ostream>
#include <string>

#include "item_index.hpp"
#include "query.hpp"

namespace search {

namespace {

constexpr int most_hits = 100;

// Nothing for a text that is no number from 1 to most_hits.
std::optional<int> limit_of(const std::string& text) {
  int limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > most_hits) return std::nullopt;
  return limit;
}

constexpr const char* limit_rule = "a limit is a number from 1 to 100";

}  // namespace

class SearchModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "search"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.needs<ashlar::store::Store>();
    declaration.needs<ashlar::store::DurableLog>();
    declaration.commands().add({.name = "search",
                                .summary = "Finds items by words of their names and descriptions",
                                .arguments = {{"text", "Beginnings of words, all of which must occur"}},
                                .options = {{"limit", "How many items at most", "20"}},
                                .run = [this](const ashlar::CommandLine& line) { return print_hits(line); }});
  }

  void prepare(ashlar::ModuleContext& context) override {
    events_ = &context.service<ashlar::store::DurableLog>();
    index_.emplace(context.service<ashlar::store::Store>().connect());
    context.health_check("database", [this] {
      index_->check();
      return std::string();
    });
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    // Indexing an item twice leaves it as indexing it once does, so the ack need not be part of the commit.
    registry.stream("index")
        .on([this](const catalog::ItemAdded& event) { index_->add(event); })
        .on([this](const catalog::PriceChanged& event) { index_->change_price(event); });
  }

  void start(ashlar::ModuleContext& context) override {
    context.routes().get("/search", [this](const ashlar::Request& request) { return answer(request); });
  }

 private:
  ashlar::Response answer(const ashlar::Request& request) {
    const std::optional<int> limit = limit_of(request.query_or("limit", "20"));
    if (!limit) throw ashlar::HttpError(400, "limit", limit_rule);
    try {
      return ashlar::Response::json(index_->find(request.query_or("q", ""), *limit));
    } catch (const InvalidQuery& error) {
      throw ashlar::HttpError(400, "q", error.what());
    }
  }

  int print_hits(const ashlar::CommandLine& line) {
    const std::optional<int> limit = limit_of(line.argument("limit"));
    if (!limit) throw ashlar::UsageError(limit_rule);
    (void)events_->catch_up("search.index");
    try {
      for (const Hit& hit : index_->find(line.argument("text"), *limit)) {
        line.out << hit.item_id << '\t' << hit.name << '\n';
      }
    } catch (const InvalidQuery& error) {
      throw ashlar::UsageError(error.what());
    }
    return 0;
  }

  ashlar::store::DurableLog* events_ = nullptr;
  std::optional<ItemIndex> index_;
};

}  // namespace search

ASHLAR_MODULE(search, search::SearchModule)
