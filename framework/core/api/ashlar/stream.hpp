#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_context.hpp>
#include <ashlar/json.hpp>
#include <ashlar/stored.hpp>
#include <ashlar/unit_of_work.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

// An event as the durable log keeps it.
struct StoredEvent {
  std::int64_t sequence = 0;  // from 1, strictly rising in order of the commits
  Metadata metadata{};
  std::string data{};  // JSON
};

// Where a stream consumer begins that the log has not seen before.
struct StreamStart {
  enum class At { first, now, sequence, time };

  At at = At::first;
  std::int64_t sequence = 1;  // At::sequence: from this event on
  Time time{};                // At::time: from the first event that was published then or later

  static StreamStart first() { return {}; }
  static StreamStart now() { return {.at = At::now}; }
  static StreamStart from(std::int64_t sequence) { return {.at = At::sequence, .sequence = sequence}; }
  static StreamStart since(Time time) { return {.at = At::time, .time = time}; }
};

// How a stream consumer receives; every member has the default most consumers want.
struct StreamOptions {
  StreamStart start{};

  // How many deliveries are taken from the log at once, and the most that a batch handler gets in one call. A lone event
  // never waits for others.
  std::size_t batch_size = 100;

  // Threads of this process that call the handler. Events of one key stay in order, also with several.
  std::size_t workers = 1;

  // Deliveries that are taken and not settled, in all processes.
  std::size_t max_in_flight = 1'000;

  // After so many deliveries without an ack the event goes to the dead letters.
  int max_deliver = 5;

  // An event whose delivery was not settled for so long is delivered again, wherever the consumer runs.
  std::chrono::milliseconds ack_wait{30'000};

  // After the first failed delivery it waits `backoff`, after each further one twice as long, at most `max_backoff`; each
  // delay is changed at random by up to `jitter` of itself, so that what failed together does not come back together.
  std::chrono::milliseconds backoff{1'000};
  std::chrono::milliseconds max_backoff{60'000};
  double jitter = 0.2;

  // Names that the consumer had before; its position is found under the first that the log knows.
  std::vector<std::string> renamed_from{};
};

// Whether a delivery took what was said about it.
enum class Settled {
  yes,
  late  // too late: it was settled before, or its time was over and the event is on its way again
};

namespace detail {

// Where a delivery's outcome goes: the log.
class DeliverySettler {
 public:
  virtual Settled ack(std::size_t delivery, UnitOfWork* unit) = 0;
  virtual Settled retry(std::size_t delivery, std::string_view error, const std::chrono::milliseconds* delay) = 0;
  virtual Settled bury(std::size_t delivery, std::string_view reason) = 0;
  virtual Settled give_back(std::size_t delivery) = 0;
  virtual Settled extend(std::size_t delivery) = 0;

 protected:
  ~DeliverySettler() = default;
};

}  // namespace detail

// One event on its way to one stream consumer. Settled once, by the first of ack, nak and term; a handler that returns
// without one has acked, one that throws has failed, which is a nak after the consumer's back-off. Valid only during the
// handler's call, on its thread.
class Delivery {
 public:
  Delivery(const StoredEvent& event, int count, bool replay, detail::DeliverySettler& settler, std::size_t number)
      : event_(event), count_(count), replay_(replay), settler_(settler), number_(number) {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  const StoredEvent& event() const noexcept { return event_; }
  const Metadata& metadata() const noexcept { return event_.metadata; }
  std::string_view data() const noexcept { return event_.data; }
  template <class T>
  T as() const {
    return from_json<T>(event_.data);
  }

  // 1 for the first. Was raised before the handler was called, so that a crash counts too.
  int count() const noexcept { return count_; }

  // It was asked for again, after it had been delivered or before this consumer existed.
  bool is_replay() const noexcept { return replay_; }

  // Done. Durable soon after the handler has returned; until then a crash delivers it again.
  Settled ack() { return note(settler_.ack(number_, nullptr), After::flows); }

  // Done, in the same commit as the handler's own work: both happen exactly once, whatever crashes. Throws Error where the
  // delivery is late, so that the work is rolled back.
  void ack(UnitOfWork& unit);

  // Failed: delivered again, at once or not before `delay` has passed. After the last allowed delivery it becomes a dead
  // letter instead. Events of the same key wait behind it.
  Settled nak(std::string_view error = "nak") { return note(settler_.retry(number_, error, &no_delay_), After::waits); }
  Settled nak(std::chrono::milliseconds delay, std::string_view error = "nak") {
    return note(settler_.retry(number_, error, &delay), After::waits);
  }

  // Failed: delivered again after the consumer's back-off; what a throwing handler says.
  Settled failed(std::string_view error) { return note(settler_.retry(number_, error, nullptr), After::waits); }

  // Given up: becomes a dead letter, with this reason.
  Settled term(std::string_view reason) { return note(settler_.bury(number_, reason), After::flows); }

  // As if it had never been delivered: comes again in its order, and the count is not raised.
  Settled give_back() { return note(settler_.give_back(number_), After::waits); }

  // Still at work: ack_wait starts anew.
  Settled in_progress() { return settler_.extend(number_); }

  bool is_settled() const noexcept { return settled_; }

  // Settled as part of a unit of work, which may yet be rolled back.
  bool awaits_commit() const noexcept { return awaits_commit_; }

  // Acked or given up, so that later events of its key may go on.
  bool is_done() const noexcept { return done_; }

 private:
  enum class After { flows, waits };  // later events of the same key

  Settled note(Settled settled, After after) {
    settled_ = true;
    if (settled == Settled::yes) {
      done_ = after == After::flows;
      awaits_commit_ = false;
    }
    return settled;
  }

  static constexpr std::chrono::milliseconds no_delay_{0};

  const StoredEvent& event_;
  int count_;
  bool replay_;
  detail::DeliverySettler& settler_;
  std::size_t number_;
  bool settled_ = false;
  bool awaits_commit_ = false;
  bool done_ = false;
};

// A delivery with its event decoded, for handlers that take batches of one type.
template <class E>
class DeliveryOf {
 public:
  DeliveryOf(Delivery& delivery, const E& event) : delivery_(&delivery), event_(&event) {}

  const E& event() const noexcept { return *event_; }
  Delivery& delivery() const noexcept { return *delivery_; }
  Delivery* operator->() const noexcept { return delivery_; }

 private:
  Delivery* delivery_;
  const E* event_;
};

}  // namespace ashlar
