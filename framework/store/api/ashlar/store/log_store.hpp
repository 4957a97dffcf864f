#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/errors.hpp>
#include <ashlar/stream.hpp>
#include <ashlar/unit_of_work.hpp>
#include <ashlar/uuid.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::store {

// The store takes no new event: its byte limit or the watermark of free space is reached, the disk is full, or retention
// refuses new ones. What is stored is intact and can be consumed.
class StoreFull : public Error {
 public:
  using Error::Error;
};

// A consumer as the store knows it.
struct ConsumerSettings {
  std::string name;
  std::vector<std::string> events{"#"};  // references and patterns, as ashlar::selects() reads them
  StreamStart start{};                   // of a consumer that is new
  int max_deliver = 5;
  std::chrono::milliseconds ack_wait{30'000};
  std::size_t max_in_flight = 1'000;
  std::vector<std::string> renamed_from{};
};

// A process, or one of several in it, that takes deliveries and gives them back when it ends.
using Owner = std::int64_t;

struct Claimed {
  StoredEvent event;
  int count = 1;  // this delivery included
  bool replay = false;
};

struct Claim {
  std::vector<Claimed> deliveries;     // in order of sequence
  std::optional<Time> again_at{};      // when the next that now waits, or that somebody else holds, is due
  bool more = false;                   // there may be more at once
  std::vector<std::int64_t> buried{};  // dead letters made meanwhile: their last lease ran out
};

// What became of a delivery.
struct Settlement {
  enum class Outcome {
    ack,
    retry,      // failed: again after `delay`; a dead letter where max_deliver is reached
    bury,       // a dead letter, with `error` as its reason
    give_back,  // as if it had never been delivered: the count falls again
    extend      // not settled: ack_wait starts anew
  };

  std::int64_t sequence = 0;
  Outcome outcome = Outcome::ack;
  std::chrono::milliseconds delay{0};
  std::string error{};
};

// Per settlement, in their order.
enum class SettlementResult {
  done,
  buried,  // done, and it became a dead letter
  late     // the owner does not hold this delivery (any more); nothing was changed
};

struct Attempt {
  int count = 0;
  Time time{};
  std::string error;
};

// What somebody did to the log by hand; kept beside it.
struct LogAction {
  Time time{};
  std::string action;  // `dead-letters retry`
  std::string detail;  // `3 of audit.record: 12, 13, 17`
};

// A delivery that was given up, or something from outside that could not be stored as an event.
struct DeadLetter {
  std::int64_t number = 0;  // rising; never used twice
  std::string consumer;
  StoredEvent event;  // sequence 0: never was in the log, and `data` is what came, byte for byte
  std::string reason;
  std::vector<Attempt> attempts;  // the newest 20, oldest first
  int deliveries = 0;
  Time first_failure{};
  Time last_failure{};
};

// Dead letters of one consumer with the same event name and the same reason, numbers and quoted texts in it aside.
struct DeadLetterGroup {
  std::string consumer;
  std::string event;   // name@version
  std::string reason;  // of the newest
  std::int64_t count = 0;
  std::int64_t newest = 0;  // number
  Time first_failure{};
  Time last_failure{};
};

struct DeadLetterQuery {
  std::string consumer{};                  // empty: all
  std::optional<std::int64_t> number{};    // only this one
  std::optional<std::int64_t> group_of{};  // only the group of this one
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

enum class RetentionPolicy {
  limits,     // until an age, count or size is reached, whoever has seen it
  interest,   // until every consumer that wants it is done with it; limits only refuse
  work_queue  // as interest, with one consumer at most for each event
};
enum class WhenOver { discard_old, refuse_new };

struct Retention {
  RetentionPolicy policy = RetentionPolicy::limits;
  WhenOver when_over = WhenOver::discard_old;  // of `limits`; the others refuse
  std::optional<std::chrono::milliseconds> max_age{};
  std::optional<std::int64_t> max_count{};
  std::optional<std::int64_t> max_bytes{};  // of data and metadata as stored
};

struct LogBounds {
  std::int64_t first = 0;  // 0: empty
  std::int64_t last = 0;   // the last sequence ever given, also when that event is gone
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

struct ConsumerStatus {
  std::string name;
  std::vector<std::string> events;
  std::int64_t position = 0;  // everything up to here is settled
  std::int64_t lag = 0;       // events that match and are not settled, dead letters not counted
  std::int64_t in_flight = 0;
  std::int64_t waiting = 0;  // for another delivery
  std::int64_t dead = 0;
  std::int64_t lost = 0;  // removed by retention before they were settled
  bool paused = false;
};

struct ScheduledEvent {
  std::int64_t number = 0;
  Time due{};
  StoredEvent event;  // sequence 0
};

// What a durable log is, whatever keeps it. Every implementation passes the suite tests/store/log_store_suite.hpp, which says
// in tests what is said here in words.
//
// Whoever calls gives the time. All functions may be called from any thread, and by several processes where the store is one
// that they can share; each call happens as a whole or, when it throws Error, not at all (but for those that say otherwise), and is durable on return (that of
// append and settle with a unit: when the unit commits). A claim that settles nothing survives the process, but need not
// survive a power cut: what it claimed is claimed again.
//
//   Sequences rise strictly in order of commits, and none is used twice, also after the newest events were removed.
//   An event's id is in the log once: appending it again gives the first one's sequence, and changes nothing.
//   A consumer receives every stored event that matches its events, from its start on: in order of sequence, but for what is
//     delivered again. It is not held up by other consumers, and not by an event of its own that fails.
//   Events of one key (not empty) are in order for each consumer: one is claimed only when all earlier ones of its key are
//     acked, dead, or held by the same owner, who keeps their order.
//   What was claimed and not settled within ack_wait, or whose owner is gone, is delivered again: alone in its claim, so that
//     an event that kills its process takes no innocent ones along. Its count was raised when it was claimed.
//   What was delivered max_deliver times becomes a dead letter instead of being delivered again.
class LogStore {
 public:
  virtual ~LogStore() = default;

  // --- events

  // Adds the events in one commit, or in that of `unit`, which is of this store; of each what became of it. Throws StoreFull.
  virtual std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit = nullptr) = 0;

  // Returns before it is durable; see EventLog::append_later.
  virtual void append_later(StoredEvent event,
                            std::function<void(const Stored& stored, std::exception_ptr error)> done) = 0;

  // Until everything that append_later() took is stored or refused, and `done` was called.
  virtual void flush() = 0;

  // The events from sequence `from` on that match, in order, `limit` at most; looks at no more than 10,000 stored ones, and
  // says in `next` where to go on (one past the newest when that was reached).
  struct Page {
    std::vector<StoredEvent> events;
    std::int64_t next = 0;
  };
  virtual Page read(std::int64_t from, std::size_t limit, std::span<const std::string> events) = 0;

  virtual LogBounds bounds() = 0;

  // `from` becomes another name of `to`: what is stored as `from` is read, and claimed, as `to`.
  virtual void rename_event(std::string_view from, std::string_view to) = 0;

  // name@version of every event that is stored and wanted (empty: all are), and how many there are. Goes through the whole
  // log where one of the names that were ever stored is wanted.
  using NameFilter = std::function<bool(std::string_view name, int version)>;
  virtual std::map<std::string, std::int64_t> stored_names(const NameFilter& wanted = {}) = 0;

  // --- owners

  // Lasts until end_owner, or until the process ends. What an owner holds is given back then, at once and with the count
  // lowered by end_owner(), and with the count as it is when the process has died.
  virtual Owner begin_owner() = 0;
  virtual void end_owner(Owner owner) = 0;

  // --- consumers

  // Makes it known, or takes over new settings; an existing one keeps its position, which it may have under a former name.
  virtual void open_consumer(const ConsumerSettings& settings, Time now) = 0;
  virtual void remove_consumer(std::string_view name) = 0;
  virtual std::vector<ConsumerStatus> consumers() = 0;

  // Takes up to `limit` deliveries for `owner`: nothing while it is paused. Settles first, in the same commit, what
  // `settlements` says; `results` (where given) tells of each.
  virtual Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now,
                      std::span<const Settlement> settlements = {},
                      std::vector<SettlementResult>* results = nullptr) = 0;

  // Only settles. With a unit, acks only: the ack is part of its commit.
  virtual std::vector<SettlementResult> settle(std::string_view consumer, Owner owner,
                                               std::span<const Settlement> settlements, Time now,
                                               UnitOfWork* unit = nullptr) = 0;

  // What is to be noted of one step of something that may take several, in the step's commit. Calls no log.
  using Noting = std::function<std::vector<LogAction>(std::span<const std::int64_t> done)>;

  virtual void pause(std::string_view consumer) = 0;
  virtual void resume(std::string_view consumer) = 0;

  // Delivers the events from `from` to `to` (both included) once more to this consumer, as replays, beside what it does
  // anyway; those that match and are neither in flight nor waiting. Says how many. Many in several commits, each of whose
  // sequences are noted.
  virtual std::int64_t replay(std::string_view consumer, std::int64_t from, std::int64_t to, Time now,
                              const Noting& noting = {}) = 0;

  // Its position goes back to before `sequence`; what was in flight or waiting is forgotten. What it gets up to its former
  // position is a replay. With a unit: as part of its commit.
  virtual void rewind(std::string_view consumer, std::int64_t sequence, UnitOfWork* unit = nullptr) = 0;

  // Calls `wake` after each commit of this process, and when another process may have written: with the events that were
  // appended, as references and each once, so that only who wants one of them need look; empty: anybody may find something
  // to do. From any thread; not for long. One at a time; empty: none.
  using Wake = std::function<void(std::span<const std::string> events)>;
  virtual void on_change(Wake wake) = 0;

  // --- dead letters

  virtual std::vector<DeadLetter> dead_letters(const DeadLetterQuery& query) = 0;
  virtual std::vector<DeadLetterGroup> dead_letter_groups(std::string_view consumer = {}) = 0;

  // Something that never was in the log. Gives its number.
  virtual std::int64_t bury(const DeadLetter& letter) = 0;

  // Those that the query selects are delivered again, counted from 1 (`retry`), or removed (`discard`): gives their numbers.
  // What never was in the log, or whose consumer is gone, cannot be retried and stays. Many in several commits, each of whose
  // numbers are noted.
  virtual std::vector<std::int64_t> retry(const DeadLetterQuery& query, Time now, const Noting& noting = {}) = 0;
  virtual std::vector<std::int64_t> discard(const DeadLetterQuery& query, const Noting& noting = {}) = 0;

  // The newest `limit`, oldest first.
  virtual void note(const LogAction& action) = 0;
  virtual std::vector<LogAction> actions(std::size_t limit) = 0;

  // --- retention

  virtual void set_retention(const Retention& retention) = 0;

  // One small step: removes at most `limit` events that may go. Says how many; 0: none may.
  virtual std::size_t retain(Time now, std::size_t limit = 1'000) = 0;

  // --- scheduled events

  // Stores the event for later; gives its number. In `unit`'s commit where one is given.
  virtual std::int64_t schedule(const StoredEvent& event, Time due, UnitOfWork* unit = nullptr) = 0;
  virtual bool cancel(std::int64_t number) = 0;  // false: it is not there, or gone already
  virtual std::vector<ScheduledEvent> scheduled(std::size_t limit = 1'000) = 0;  // by due time

  // Moves what is due into the log, in order of due time, `limit` at most; in one commit. What was moved, with sequences.
  virtual std::vector<ScheduledEvent> release_due(Time now, std::size_t limit = 100) = 0;
  virtual std::optional<Time> next_due() = 0;

  // --- inbox

  // Whether `id` is new in `inbox`, where it is then kept until `now` + `keep`; expired ids count as new. With a unit: part
  // of its commit.
  virtual bool first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                          UnitOfWork* unit = nullptr) = 0;
};

}  // namespace ashlar::store
