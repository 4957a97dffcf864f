#pragma once

#include <ashlar/event_log.hpp>
#include <ashlar/store/durable_log.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "audience.hpp"
#include "context.hpp"
#include "maintenance.hpp"
#include "runner.hpp"

namespace ashlar::store {

// The streams of a host from open() to close().
class Session {
 public:
  Session(LogStore& store, const DurableLogOptions& options, LogPlan plan);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void begin();
  bool end(Clock::Steady deadline);

  // A consumer that comes and goes while the others run.
  void add(LoggedConsumer consumer);
  void remove(std::string_view name);

  // Waits for what runs, and gives back what is held. Whoever still asks this session finds it ended.
  void close();
  // All consumers, or one.
  bool settle(std::chrono::milliseconds limit, std::string_view consumer = {});
  void look_for_schedules();
  std::string trouble() const;

 private:
  using Runners = std::vector<std::shared_ptr<Runner>>;
  Runners runners() const;
  void stop();
  void join();
  void prepare(LogPlan& plan, const DurableLogOptions& options);
  bool has_ended(const Runners& all) const;
  bool is_idle(const Runners& all, std::string_view consumer) const;
  std::uint64_t taken(std::string_view consumer) const;

  std::shared_ptr<Bell> bell_;
  std::shared_ptr<Audience> audience_;  // also of the store's callback
  StreamContext context_;
  mutable std::mutex mutex_;
  Runners runners_;  // guarded by mutex_
  bool running_ = false;
  Maintenance maintenance_;
  std::mutex closing_;
  bool closed_ = false;
};

}  // namespace ashlar::store
