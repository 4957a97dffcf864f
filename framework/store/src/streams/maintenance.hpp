#pragma once

#include <ashlar/store/durable_log.hpp>
#include <atomic>
#include <string>
#include <thread>

#include "complaints.hpp"
#include "context.hpp"

namespace ashlar::store {

// One thread that puts scheduled events into the log when they are due, and removes what retention lets go.
class Maintenance {
 public:
  Maintenance(const StreamContext& context, const DurableLogOptions& options, std::size_t number);
  ~Maintenance();

  void begin();

  // Also stores what append_later() took.
  void stop();
  bool has_ended() const { return ended_.load(); }
  void join();

  // Something may have been scheduled.
  void look();

  bool is_idle() const { return idle_at_.load() == asked_.load(); }
  std::string trouble() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  void run();
  void work();

  const StreamContext& context_;
  const DurableLogOptions& options_;
  Sleeper& sleeper_;
  Complaints complaints_;
  std::thread thread_;
  std::atomic<std::uint64_t> asked_{1};
  std::atomic<std::uint64_t> idle_at_{0};
  std::atomic<bool> ended_{true};
  std::atomic<bool> stopping_{false};

  // Of the thread.
  Clock::Steady next_look_{};
  Clock::Steady next_step_{};
  std::chrono::seconds pause_{1};

  std::string trouble_;  // guarded by sleeper_.mutex
};

}  // namespace ashlar::store
