#include "generation.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <utility>

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

namespace {

thread_local GenerationReceiver* receiver_of_this_thread = nullptr;

}  // namespace

GenerationReceiver::GenerationReceiver(const void* owner, LoggedConsumer handlers, Database database,
                                       std::int64_t generation, Superseded superseded)
    : owner_(owner),
      handlers_(std::move(handlers)),
      database_(std::move(database)),
      tables_(database_, generation),
      superseded_(std::move(superseded)) {}

std::size_t GenerationReceiver::most_at_once() const {
  return handlers_.receiver->most_at_once() == 0 ? 0 : std::max<std::size_t>(1, handlers_.options.batch_size);
}

void GenerationReceiver::receive(std::span<Delivery* const> deliveries) {
  Transaction transaction(database_);
  if (superseded_(database_, tables_.generation())) {
    for (Delivery* delivery : deliveries) delivery->give_back();
    return;
  }
  transaction_ = &transaction;
  GenerationReceiver* const outer = std::exchange(receiver_of_this_thread, this);
  handlers_.receiver->receive(deliveries);
  receiver_of_this_thread = outer;
  transaction_ = nullptr;
  transaction.commit();
}

GenerationReceiver& GenerationReceiver::of_this_call(const void* owner) {
  GenerationReceiver* const receiver = receiver_of_this_thread;
  if (receiver == nullptr || receiver->owner_ != owner) {
    throw Error("a projection is changed by the handlers of its own consumer alone: see Projection::filled_by()");
  }
  return *receiver;
}

void GenerationReceiver::apply(Delivery& delivery, const std::function<void(const ProjectionTables&)>& change) {
  database_.execute("SAVEPOINT ashlar_delivery");
  try {
    change(tables_);
    delivery.ack(*transaction_);
  } catch (...) {
    database_.execute("ROLLBACK TO ashlar_delivery; RELEASE ashlar_delivery");
    throw;
  }
  database_.execute("RELEASE ashlar_delivery");
}

}  // namespace ashlar::store
