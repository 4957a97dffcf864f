#include "generation.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/store/transaction.hpp>

namespace ashlar::store {

std::string ProjectionTables::sql(std::string_view text) const {
  static constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyz_0123456789";
  const std::string suffix = "_" + std::to_string(generation_);
  std::string sql;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    sql += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find_first_not_of(of_names, 1);
    if (close != std::string_view::npos && close > 1 && text[close] == '}') {
      sql.append(text.substr(1, close - 1)).append(suffix);
      text.remove_prefix(close + 1);
    } else {
      sql += '{';
      text.remove_prefix(1);
    }
  }
  return sql;
}

GenerationReceiver::GenerationReceiver(std::shared_ptr<const ProjectionPlan> plan, Database database,
                                       std::int64_t generation, Superseded superseded)
    : plan_(std::move(plan)),
      database_(std::move(database)),
      tables_(database_, generation),
      superseded_(std::move(superseded)) {}

std::size_t GenerationReceiver::most_at_once() const { return std::max<std::size_t>(1, plan_->options.batch_size); }

void GenerationReceiver::receive(std::span<Delivery* const> deliveries) {
  if (superseded_(tables_.generation())) {
    for (Delivery* delivery : deliveries) delivery->give_back();
    return;
  }
  if (deliveries.size() > 1) {
    try {
      return apply(deliveries);
    } catch (...) {
      // One of them; the others are not held up by it.
    }
  }
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    try {
      apply(deliveries.subspan(i, 1));
    } catch (...) {
      deliveries[i]->failed(current_exception_message());
    }
  }
}

void GenerationReceiver::apply(std::span<Delivery* const> deliveries) {
  Transaction transaction(database_);
  for (Delivery* delivery : deliveries) {
    plan_->apply(tables_, *delivery);
    delivery->ack(transaction);
  }
  transaction.commit();
}

}  // namespace ashlar::store
