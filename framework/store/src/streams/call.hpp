#pragma once

#include <ashlar/event_log.hpp>
#include <ashlar/stream.hpp>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backoff.hpp"
#include "context.hpp"

namespace ashlar::store {

// A delivery that was taken from the store, until its outcome is written there.
struct Taken {
  enum class Outcome { none, ack, ack_in_unit, retry, bury, give_back, lost };

  Claimed claimed;
  Clock::Steady lease_until{};
  Outcome outcome = Outcome::none;
  std::chrono::milliseconds delay{0};
  std::string error{};
  std::shared_ptr<std::atomic<bool>> committed{};  // of ack_in_unit
  bool superseded = false;                         // claimed again; guarded by the runner's mutex

  std::int64_t sequence() const { return claimed.event.sequence; }
  const std::string& key() const { return claimed.event.metadata.key; }
};

// Calls the receiver and writes down what becomes of the deliveries. One thread.
class Call final : private detail::DeliverySettler {
 public:
  Call(const StreamContext& context, const LoggedConsumer& consumer, Randomness random);

  // At most receiver.most_at_once(); afterwards none is without an outcome.
  void run(std::span<Taken> taken);

 private:
  Settled ack(std::size_t delivery, UnitOfWork* unit) override;
  Settled retry(std::size_t delivery, std::string_view error, const std::chrono::milliseconds* delay) override;
  Settled bury(std::size_t delivery, std::string_view reason) override;
  Settled give_back(std::size_t delivery) override;
  Settled extend(std::size_t delivery) override;

  // Whether it can still be settled; reports where not.
  bool is_open(Taken& taken, std::string_view answer);
  void report_late(const Taken& taken, std::string_view answer, std::string_view why);

  const StreamContext& context_;
  const LoggedConsumer& consumer_;
  Randomness random_;
  std::span<Taken> taken_;
  std::vector<Delivery*> pointers_;
  std::unique_ptr<std::optional<Delivery>[]> deliveries_;  // not movable, and made anew for each call
};

}  // namespace ashlar::store
