#include "call.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>

namespace ashlar::store {

Call::Call(const StreamContext& context, const LoggedConsumer& consumer, Randomness random)
    : context_(context),
      consumer_(consumer),
      random_(std::move(random)),
      deliveries_(
          std::make_unique<std::optional<Delivery>[]>(std::max<std::size_t>(1, consumer.receiver->most_at_once()))) {}

void Call::run(std::span<Taken> taken) {
  taken_ = taken;
  pointers_.clear();
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const Claimed& claimed = taken[i].claimed;
    pointers_.push_back(
        &deliveries_[i].emplace(claimed.event, claimed.count, claimed.replay, static_cast<DeliverySettler&>(*this), i));
  }
  std::string problem = "the receiver did not settle it";
  try {
    consumer_.receiver->receive(pointers_);
  } catch (...) {
    problem = current_exception_message();
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    Taken& one = taken[i];
    if (one.outcome == Taken::Outcome::none) (void)retry(i, problem, nullptr);
    if (one.outcome == Taken::Outcome::ack_in_unit && !one.committed->load()) {
      (void)retry(i, "the transaction that it was acked in was rolled back", nullptr);
    }
  }
}

bool Call::is_open(Taken& taken, std::string_view answer) {
  if (taken.outcome == Taken::Outcome::lost) return report_late(taken, answer, "its time was over"), false;
  const bool rolled_back = taken.outcome == Taken::Outcome::ack_in_unit && !taken.committed->load();
  if (taken.outcome != Taken::Outcome::none && !rolled_back) {
    return report_late(taken, answer, "it was settled before"), false;
  }
  if (context_.clock.steady_now() < taken.lease_until) return true;
  taken.outcome = Taken::Outcome::lost;
  return report_late(taken, answer, "its time was over"), false;
}

void Call::report_late(const Taken& taken, std::string_view answer, std::string_view why) {
  context_.log.warning("late answer for a delivery refused", {{"consumer", consumer_.name},
                                                              {"event_id", taken.claimed.event.metadata.id.to_string()},
                                                              {"sequence", taken.sequence()},
                                                              {"answer", answer},
                                                              {"why", why}});
}

Settled Call::ack(std::size_t delivery, UnitOfWork* unit) {
  Taken& taken = taken_[delivery];
  if (!is_open(taken, "ack")) return Settled::late;
  if (unit == nullptr) {
    taken.outcome = Taken::Outcome::ack;
    return Settled::yes;
  }
  const Settlement settlement{.sequence = taken.sequence()};
  const auto results =
      context_.store.settle(consumer_.name, context_.owner, {&settlement, 1}, context_.clock.now(), unit);
  if (results.at(0) == SettlementResult::late) {
    taken.outcome = Taken::Outcome::lost;
    return report_late(taken, "ack", "its time was over"), Settled::late;
  }
  taken.committed = std::make_shared<std::atomic<bool>>(false);
  unit->after_commit([committed = taken.committed] { committed->store(true); });
  taken.outcome = Taken::Outcome::ack_in_unit;
  return Settled::yes;
}

Settled Call::retry(std::size_t delivery, std::string_view error, const std::chrono::milliseconds* delay) {
  Taken& taken = taken_[delivery];
  if (!is_open(taken, "nak")) return Settled::late;
  taken.outcome = Taken::Outcome::retry;
  taken.error = error;
  // A year is for ever; more would not fit into the time that it is added to.
  taken.delay = delay != nullptr ? std::clamp<std::chrono::milliseconds>(*delay, std::chrono::milliseconds{0},
                                                                         std::chrono::hours{24 * 366})
                                 : backoff_of(consumer_.options, taken.claimed.count, random_());
  return Settled::yes;
}

Settled Call::bury(std::size_t delivery, std::string_view reason) {
  Taken& taken = taken_[delivery];
  if (!is_open(taken, "term")) return Settled::late;
  taken.outcome = Taken::Outcome::bury;
  taken.error = reason;
  return Settled::yes;
}

Settled Call::give_back(std::size_t delivery) {
  Taken& taken = taken_[delivery];
  if (!is_open(taken, "give_back")) return Settled::late;
  taken.outcome = Taken::Outcome::give_back;
  return Settled::yes;
}

Settled Call::extend(std::size_t delivery) {
  Taken& taken = taken_[delivery];
  if (!is_open(taken, "in_progress")) return Settled::late;
  const Settlement settlement{.sequence = taken.sequence(), .outcome = Settlement::Outcome::extend};
  const auto results = context_.store.settle(consumer_.name, context_.owner, {&settlement, 1}, context_.clock.now());
  if (results.at(0) == SettlementResult::late) {
    taken.outcome = Taken::Outcome::lost;
    return report_late(taken, "in_progress", "its time was over"), Settled::late;
  }
  taken.lease_until = context_.clock.steady_now() + consumer_.options.ack_wait;
  return Settled::yes;
}

}  // namespace ashlar::store
