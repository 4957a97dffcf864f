#pragma once

#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/transaction.hpp>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "log/consumer_rows.hpp"
#include "log/event_rows.hpp"
#include "log/names.hpp"
#include "log/owners.hpp"
#include "log/work.hpp"
#include "log/writer.hpp"

namespace ashlar::store {

class SqliteLog final : public LogStore {
 public:
  explicit SqliteLog(Store& store);
  ~SqliteLog();

  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit) override;
  void append_later(StoredEvent event, std::function<void(const Stored&, std::exception_ptr)> done) override;
  void flush() override { writer_.flush(); }
  Page read(std::int64_t from, std::size_t limit, std::span<const std::string> events) override;
  LogBounds bounds() override;
  void rename_event(std::string_view from, std::string_view to) override;
  std::map<std::string, std::int64_t> stored_names(const NameFilter& wanted) override;

  Owner begin_owner() override;
  void end_owner(Owner owner) override;

  void open_consumer(const ConsumerSettings& settings, Time now) override;
  void remove_consumer(std::string_view name) override;
  std::vector<ConsumerStatus> consumers() override;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now,
              std::span<const Settlement> settlements, std::vector<SettlementResult>* results) override;
  std::vector<SettlementResult> settle(std::string_view consumer, Owner owner, std::span<const Settlement> settlements,
                                       Time now, UnitOfWork* unit) override;
  void pause(std::string_view consumer) override { set_paused(consumer, 1); }
  void resume(std::string_view consumer) override { set_paused(consumer, 0); }
  std::int64_t replay(std::string_view consumer, std::int64_t from, std::int64_t to, Time now,
                      const Noting& noting) override;
  void rewind(std::string_view consumer, std::int64_t sequence, UnitOfWork* unit) override;
  void on_change(Wake wake) override;

  std::vector<DeadLetter> dead_letters(const DeadLetterQuery& query) override;
  std::vector<DeadLetterGroup> dead_letter_groups(std::string_view consumer) override;
  std::int64_t bury(const DeadLetter& letter) override;
  std::vector<std::int64_t> retry(const DeadLetterQuery& query, Time now, const Noting& noting) override;
  std::vector<std::int64_t> discard(const DeadLetterQuery& query, const Noting& noting) override;
  void note(const LogAction& action) override;
  std::vector<LogAction> actions(std::size_t limit) override;

  void set_retention(const Retention& retention) override;
  std::size_t retain(Time now, std::size_t limit) override;

  std::int64_t schedule(const StoredEvent& event, Time due, UnitOfWork* unit) override;
  bool cancel(std::int64_t number) override;
  std::vector<ScheduledEvent> scheduled(std::size_t limit) override;
  std::vector<ScheduledEvent> release_due(Time now, std::size_t limit) override;
  std::optional<Time> next_due() override;

  bool first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                  UnitOfWork* unit) override;

 private:
  // Runs `action` in `unit`, or in a commit of the log's own. Consumers are woken when it has set Work::wakes.
  void change(UnitOfWork* unit, const Writer::Action& action);

  // Runs `action` on the connection for reading.
  void look(const std::function<void(Connection& db)>& action);

  Stored append_one(Work& work, const EventRow& event);
  std::optional<std::string> refusal_of(Work& work, const EventRow& event);
  std::optional<std::string> disk_refusal();
  std::vector<DeadLetter> letters(Connection& db, const DeadLetterQuery& query);
  std::vector<std::int64_t> dispose(const DeadLetterQuery& query, const Noting& noting,
                                    const std::function<bool(Work& work, const DeadLetter& letter)>& action);
  static void add_note(Connection& db, const LogAction& action);
  std::vector<std::int64_t> over_the_limits(Connection& db, const Retention& retention, Time now, std::size_t limit,
                                            LogCounters& left);
  std::vector<std::int64_t> find_unwanted(std::size_t limit);
  std::vector<std::int64_t> still_unwanted(Connection& db, const std::vector<std::int64_t>& unwanted,
                                           LogCounters& left);
  void set_paused(std::string_view consumer, int paused);
  std::vector<std::string> names_of(const Work& work);
  static std::int64_t own_changes_of(const Work& work);
  void wake(const Work& work);
  void wake(std::span<const std::string> events);
  void watch();

  Store& store_;
  std::shared_ptr<Connection> reader_;
  std::mutex reader_mutex_;
  Names names_;
  Owners owners_;
  ConsumerRows consumers_;          // for who writes
  ConsumerRows reading_consumers_;  // for who reads
  std::int64_t looked_up_to_ = 0;   // by the search for unwanted events; guarded by reader_mutex_

  // When the disk had room, and what was appended since; used inside transactions, which take turns.
  Clock::Steady room_seen_{};
  std::int64_t bytes_since_ = 0;

  std::mutex settings_mutex_;  // guards the next three
  Retention retention_;
  std::atomic<bool> may_refuse_;  // new events; read without the mutex
  std::shared_ptr<const Wake> wake_;
  bool ending_ = false;
  std::condition_variable ends_;
  std::thread watch_;  // for what other processes do
  std::atomic<std::int64_t> own_changes_{0};

  Writer writer_;  // last: its thread uses the rest
};

}  // namespace ashlar::store
