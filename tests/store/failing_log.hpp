#pragma once

#include <ashlar/store/log_store.hpp>
#include <ashlar/testing/memory_log.hpp>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A log, in memory if nothing else is said, that fails where a test says so: its consumers' calls, and those of maintenance.
class FailingLog final : public ashlar::store::LogStore {
 public:
  explicit FailingLog(std::unique_ptr<ashlar::store::LogStore> log = std::make_unique<ashlar::testing::MemoryLog>())
      : log_(std::move(log)) {}

  // Throws Error while it is true.
  std::atomic<bool> broken{false};

  // Called at the begin of each settling that is a call of its own, and around each claim. Set before consumers begin.
  std::function<void()> before_settle{};
  std::function<void()> before_claim{};
  std::function<void(const ashlar::store::Claim&)> after_claim{};

  using Uow = ashlar::UnitOfWork;
  using Time = ashlar::Time;
  template <class T>
  using Span = std::span<const T>;
  using Settlement = ashlar::store::Settlement;
  using Result = ashlar::store::SettlementResult;
  using Owner = ashlar::store::Owner;
  using Event = ashlar::StoredEvent;
  using Query = ashlar::store::DeadLetterQuery;
  using Numbers = std::vector<std::int64_t>;

  std::vector<ashlar::Stored> append(Span<Event> events, Uow* unit) override { return log_->append(events, unit); }
  void append_later(Event event, std::function<void(const ashlar::Stored&, std::exception_ptr)> done) override {
    log_->append_later(std::move(event), std::move(done));
  }
  void flush() override { log_->flush(); }
  Page read(std::int64_t from, std::size_t limit, Span<std::string> events) override {
    return log_->read(from, limit, events);
  }
  ashlar::store::LogBounds bounds() override { return log_->bounds(); }
  void rename_event(std::string_view from, std::string_view to) override { log_->rename_event(from, to); }
  std::map<std::string, std::int64_t> stored_names(const NameFilter& wanted) override {
    return log_->stored_names(wanted);
  }
  Owner begin_owner() override { return log_->begin_owner(); }
  void end_owner(Owner owner) override { log_->end_owner(owner); }
  void open_consumer(const ashlar::store::ConsumerSettings& settings, Time now) override {
    log_->open_consumer(settings, now);
  }
  void remove_consumer(std::string_view name) override { log_->remove_consumer(name); }
  std::vector<ashlar::store::ConsumerStatus> consumers() override { return log_->consumers(); }
  ashlar::store::Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now,
                             Span<Settlement> settlements, std::vector<Result>* results) override {
    check();
    if (before_claim) before_claim();
    ashlar::store::Claim claim = log_->claim(consumer, owner, limit, now, settlements, results);
    if (after_claim) after_claim(claim);
    return claim;
  }
  std::vector<Result> settle(std::string_view consumer, Owner owner, Span<Settlement> settlements, Time now,
                             Uow* unit) override {
    check();
    if (before_settle) before_settle();
    return log_->settle(consumer, owner, settlements, now, unit);
  }
  void pause(std::string_view consumer) override { log_->pause(consumer); }
  void resume(std::string_view consumer) override { log_->resume(consumer); }
  std::int64_t replay(std::string_view consumer, std::int64_t from, std::int64_t to, Time now,
                      const Noting& noting) override {
    return log_->replay(consumer, from, to, now, noting);
  }
  void rewind(std::string_view consumer, std::int64_t sequence, Uow* unit) override {
    log_->rewind(consumer, sequence, unit);
  }
  void on_change(Wake wake) override { log_->on_change(std::move(wake)); }
  std::vector<ashlar::store::DeadLetter> dead_letters(const Query& query) override { return log_->dead_letters(query); }
  std::vector<ashlar::store::DeadLetterGroup> dead_letter_groups(std::string_view consumer) override {
    return log_->dead_letter_groups(consumer);
  }
  std::int64_t bury(const ashlar::store::DeadLetter& letter) override { return log_->bury(letter); }
  Numbers retry(const Query& query, Time now, const Noting& noting) override { return log_->retry(query, now, noting); }
  Numbers discard(const Query& query, const Noting& noting) override { return log_->discard(query, noting); }
  void note(const ashlar::store::LogAction& action) override { log_->note(action); }
  std::vector<ashlar::store::LogAction> actions(std::size_t limit) override { return log_->actions(limit); }
  void set_retention(const ashlar::store::Retention& retention) override { log_->set_retention(retention); }
  std::size_t retain(Time now, std::size_t limit) override {
    check();
    return log_->retain(now, limit);
  }
  std::int64_t schedule(const Event& event, Time due, Uow* unit) override { return log_->schedule(event, due, unit); }
  bool cancel(std::int64_t number) override { return log_->cancel(number); }
  std::vector<ashlar::store::ScheduledEvent> scheduled(std::size_t limit) override { return log_->scheduled(limit); }
  std::vector<ashlar::store::ScheduledEvent> release_due(Time now, std::size_t limit) override {
    check();
    return log_->release_due(now, limit);
  }
  std::optional<Time> next_due() override { return log_->next_due(); }
  bool first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                  Uow* unit) override {
    return log_->first_seen(inbox, id, now, keep, unit);
  }

 private:
  void check() const {
    if (broken.load()) throw ashlar::Error("disk I/O error");
  }

  std::unique_ptr<ashlar::store::LogStore> log_;
};
