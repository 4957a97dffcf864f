#pragma once

#include <ashlar/store/log_store.hpp>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A LogStore that asks another one; what a test wants otherwise it overrides.
class ForwardingLog : public ashlar::store::LogStore {
 public:
  using Owner = ashlar::store::Owner;
  using Time = ashlar::Time;
  using UnitOfWork = ashlar::UnitOfWork;
  using Settlements = std::span<const ashlar::store::Settlement>;
  using Results = std::vector<ashlar::store::SettlementResult>;

  explicit ForwardingLog(LogStore& inner) : inner_(inner) {}

  std::vector<ashlar::Stored> append(std::span<const ashlar::StoredEvent> events, UnitOfWork* unit) override {
    return inner_.append(events, unit);
  }
  void append_later(ashlar::StoredEvent event,
                    std::function<void(const ashlar::Stored&, std::exception_ptr)> done) override {
    inner_.append_later(std::move(event), std::move(done));
  }
  void flush() override { inner_.flush(); }
  Page read(std::int64_t from, std::size_t limit, std::span<const std::string> events) override {
    return inner_.read(from, limit, events);
  }
  ashlar::store::LogBounds bounds() override { return inner_.bounds(); }
  void rename_event(std::string_view from, std::string_view to) override { inner_.rename_event(from, to); }
  std::map<std::string, std::int64_t> stored_names(const NameFilter& wanted) override {
    return inner_.stored_names(wanted);
  }
  Owner begin_owner() override { return inner_.begin_owner(); }
  void end_owner(Owner owner) override { inner_.end_owner(owner); }
  void open_consumer(const ashlar::store::ConsumerSettings& settings, Time now) override {
    inner_.open_consumer(settings, now);
  }
  void remove_consumer(std::string_view name) override { inner_.remove_consumer(name); }
  std::vector<ashlar::store::ConsumerStatus> consumers() override { return inner_.consumers(); }
  ashlar::store::Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now,
                             Settlements settlements, Results* results) override {
    return inner_.claim(consumer, owner, limit, now, settlements, results);
  }
  Results settle(std::string_view consumer, Owner owner, Settlements settlements, Time now, UnitOfWork* unit) override {
    return inner_.settle(consumer, owner, settlements, now, unit);
  }
  void pause(std::string_view consumer) override { inner_.pause(consumer); }
  void resume(std::string_view consumer) override { inner_.resume(consumer); }
  std::int64_t replay(std::string_view consumer, std::int64_t from, std::int64_t to, Time now,
                      const Noting& noting) override {
    return inner_.replay(consumer, from, to, now, noting);
  }
  void rewind(std::string_view consumer, std::int64_t sequence, UnitOfWork* unit) override {
    inner_.rewind(consumer, sequence, unit);
  }
  void on_change(Wake wake) override { inner_.on_change(std::move(wake)); }
  std::vector<ashlar::store::DeadLetter> dead_letters(const ashlar::store::DeadLetterQuery& query) override {
    return inner_.dead_letters(query);
  }
  std::vector<ashlar::store::DeadLetterGroup> dead_letter_groups(std::string_view consumer) override {
    return inner_.dead_letter_groups(consumer);
  }
  std::int64_t bury(const ashlar::store::DeadLetter& letter) override { return inner_.bury(letter); }
  std::vector<std::int64_t> retry(const ashlar::store::DeadLetterQuery& query, Time now,
                                  const Noting& noting) override {
    return inner_.retry(query, now, noting);
  }
  std::vector<std::int64_t> discard(const ashlar::store::DeadLetterQuery& query, const Noting& noting) override {
    return inner_.discard(query, noting);
  }
  void note(const ashlar::store::LogAction& action) override { inner_.note(action); }
  std::vector<ashlar::store::LogAction> actions(std::size_t limit) override { return inner_.actions(limit); }
  void set_retention(const ashlar::store::Retention& retention) override { inner_.set_retention(retention); }
  std::size_t retain(Time now, std::size_t limit) override { return inner_.retain(now, limit); }
  std::int64_t schedule(const ashlar::StoredEvent& event, Time due, UnitOfWork* unit) override {
    return inner_.schedule(event, due, unit);
  }
  bool cancel(std::int64_t number) override { return inner_.cancel(number); }
  std::vector<ashlar::store::ScheduledEvent> scheduled(std::size_t limit) override { return inner_.scheduled(limit); }
  std::vector<ashlar::store::ScheduledEvent> release_due(Time now, std::size_t limit) override {
    return inner_.release_due(now, limit);
  }
  std::optional<Time> next_due() override { return inner_.next_due(); }
  bool first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                  UnitOfWork* unit) override {
    return inner_.first_seen(inbox, id, now, keep, unit);
  }

 protected:
  LogStore& inner_;
};
