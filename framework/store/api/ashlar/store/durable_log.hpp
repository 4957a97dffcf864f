#pragma once

#include <ashlar/configuration.hpp>
#include <ashlar/event_log.hpp>
#include <ashlar/store/log_store.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::store {

// What happens at a start to stored events, consumers and schedules that this program no longer knows.
enum class Orphans { warn, refuse };

// For what was due while nobody ran: deliver all of it, nothing of it, or of each event name only the newest.
enum class CatchUp { all, once, none };

struct DurableLogOptions {
  Orphans orphans = Orphans::warn;
  CatchUp catch_up = CatchUp::all;
  Retention retention{};
  std::chrono::milliseconds retention_interval{10'000};
};

// The durable log of a host: takes its events, and runs the stream consumers of its modules. Give it to HostOptions::event_log.
// Functions beyond EventLog may be called from any thread, also while the host does not run.
class DurableLog final : public EventLog {
 public:
  // Makes the store when the log is first needed.
  DurableLog(std::function<std::unique_ptr<LogStore>()> make_store, DurableLogOptions options = {});
  ~DurableLog();

  void open(LogPlan plan) override;
  Stored append(const StoredEvent& event, UnitOfWork* unit) override;
  void append_later(StoredEvent event, Done done) override;
  void begin() override;
  bool end(Clock::Steady deadline) override;
  void close() override;
  bool settle(std::chrono::milliseconds limit) override;
  std::string trouble() const override;

  // settle() for one consumer: for who wants to read what it writes, while others may be at work for long.
  bool catch_up(std::string_view consumer, std::chrono::milliseconds limit = std::chrono::seconds{30});

  // What is scheduled past it, with store().schedule(), is noticed within retention_interval.
  std::int64_t schedule(const StoredEvent& event, Time due, UnitOfWork* unit) override;
  bool cancel(std::int64_t number) override;

  // A consumer that begins while the host runs, and is not part of its plan: of a projection that is rebuilt, say. Throws
  // Error while the host does not run.
  void add(LoggedConsumer consumer);

  // Ends it, waits for its handler where that runs, and forgets its position. Not from its own handler.
  void remove(std::string_view consumer);

  // What can be filled anew from it, by name: `analytics.revenue`. The projections of this process say so themselves; for
  // commands and pages that offer it.
  using Rebuild = std::function<bool(std::stop_token stop)>;
  void add_projection(std::string name, Rebuild rebuild);
  void remove_projection(const std::string& name);
  std::map<std::string, Rebuild> projections() const;

  // What it is made of.
  LogStore& store();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace ashlar::store
