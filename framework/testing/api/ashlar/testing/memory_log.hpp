#pragma once

#include <ashlar/store/log_store.hpp>
#include <ashlar/unit_of_work.hpp>
#include <functional>
#include <memory>
#include <vector>

namespace ashlar::testing {

// A unit of work that touches nothing but what joins it. Destroyed without commit(): rolled back. One thread at a time.
class MemoryUnit final : public UnitOfWork {
 public:
  void commit();
  void after_commit(std::function<void()> action) override;

 private:
  std::vector<std::function<void()>> after_;
};

// A durable log that is gone when it is destroyed: for tests that need a log and no file, and what other logs are compared
// with. Any UnitOfWork can be joined; what joined it happens when it calls its after_commit actions. Until then a sequence
// or a schedule's number that was told is the one it will have unless others commit in between.
//
// Where the words of LogStore leave something open, this is what it does:
//   events      An id is known for as long as its event is stored. Everything is listed under the name it was renamed to.
//               StreamStart::since a time of which nothing is stored yet begins with the next event.
//   deliveries  A settlement after ack_wait counts until a claim has seen that the time was over; that claim takes back all
//               deliveries whose time is over. What was delivered alone and given back comes alone again. A claim ends
//               before a delivery that comes alone. A consumer that is paused takes nothing back.
//               Claim::more is exact. What retention removes while it is held is late when it is settled.
//   consumers   ConsumerStatus::position stands before the first event not settled, replays and retried dead letters aside.
//               Those count in lag; waiting is what was delivered before, or was asked for again by hand.
//               replay() leaves out what was not delivered yet, which comes anyway. rewind() to a later sequence changes
//               no position; what it would lose, a retried dead letter, it keeps.
//               What is named and not known is an Error, but a removed consumer's settlements are late.
//   letters     A retried one has its own copy of its event, which no retention removes; its story begins anew. It is a
//               replay if it was one. Letters move with a consumer that was renamed.
//   retention   Age removes under refuse_new, too; nothing under `interest` and `work_queue`, where what nobody wants may go.
//               Under `work_queue`, open_consumer() and set_retention() refuse consumers whose events overlap.
class MemoryLog final : public store::LogStore {
 public:
  MemoryLog();
  ~MemoryLog() override;
  MemoryLog(const MemoryLog&) = delete;
  MemoryLog& operator=(const MemoryLog&) = delete;

  // As if the owner's process had died: what it held comes again, alone and with its count kept.
  void owner_died(store::Owner owner);

  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit = nullptr) override;
  void append_later(StoredEvent event,
                    std::function<void(const Stored& stored, std::exception_ptr error)> done) override;
  void flush() override;
  Page read(std::int64_t from, std::size_t limit, std::span<const std::string> events) override;
  store::LogBounds bounds() override;
  void rename_event(std::string_view from, std::string_view to) override;
  std::map<std::string, std::int64_t> stored_names(const NameFilter& wanted) override;

  store::Owner begin_owner() override;
  void end_owner(store::Owner owner) override;

  void open_consumer(const store::ConsumerSettings& settings, Time now) override;
  void remove_consumer(std::string_view name) override;
  std::vector<store::ConsumerStatus> consumers() override;
  store::Claim claim(std::string_view consumer, store::Owner owner, std::size_t limit, Time now,
                     std::span<const store::Settlement> settlements = {},
                     std::vector<store::SettlementResult>* results = nullptr) override;
  std::vector<store::SettlementResult> settle(std::string_view consumer, store::Owner owner,
                                              std::span<const store::Settlement> settlements, Time now,
                                              UnitOfWork* unit = nullptr) override;
  void pause(std::string_view consumer) override;
  void resume(std::string_view consumer) override;
  std::int64_t replay(std::string_view consumer, std::int64_t from, std::int64_t to, Time now,
                      const Noting& noting) override;
  void rewind(std::string_view consumer, std::int64_t sequence, UnitOfWork* unit = nullptr) override;
  void on_change(Wake wake) override;

  std::vector<store::DeadLetter> dead_letters(const store::DeadLetterQuery& query) override;
  std::vector<store::DeadLetterGroup> dead_letter_groups(std::string_view consumer = {}) override;
  std::int64_t bury(const store::DeadLetter& letter) override;
  std::vector<std::int64_t> retry(const store::DeadLetterQuery& query, Time now, const Noting& noting) override;
  std::vector<std::int64_t> discard(const store::DeadLetterQuery& query, const Noting& noting) override;
  void note(const store::LogAction& action) override;
  std::vector<store::LogAction> actions(std::size_t limit) override;

  void set_retention(const store::Retention& retention) override;
  std::size_t retain(Time now, std::size_t limit = 1'000) override;

  std::int64_t schedule(const StoredEvent& event, Time due, UnitOfWork* unit = nullptr) override;
  bool cancel(std::int64_t number) override;
  std::vector<store::ScheduledEvent> scheduled(std::size_t limit = 1'000) override;
  std::vector<store::ScheduledEvent> release_due(Time now, std::size_t limit = 100) override;
  std::optional<Time> next_due() override;

  bool first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                  UnitOfWork* unit = nullptr) override;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace ashlar::testing
