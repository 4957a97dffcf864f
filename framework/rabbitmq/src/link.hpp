#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/log.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "backoff.hpp"
#include "connection.hpp"
#include "duty.hpp"
#include "failure.hpp"
#include "interrupt.hpp"
#include "url.hpp"

namespace ashlar::rabbitmq {

// What every link of a broker shares; outlives them.
struct Settings {
  Options options;
  bridge::Topology topology;
  std::vector<Endpoint> endpoints;
  Log log;
};

// One connection that is made again whenever it is gone, and its thread.
class Link {
 public:
  // `what` it is for stands in its log lines. `changed` is called on its thread.
  Link(const Settings& settings, std::string what, Duty& duty, std::function<void()> changed);
  ~Link();

  // Any thread.
  void begin();
  void wake() { interrupt_.wake(); }
  bridge::LinkStatus status() const;
  // From now on it ends by itself, as soon as its duty is finished, or at `deadline`.
  void stop(Steady::time_point deadline);
  void join();

 private:
  void run();
  void serve(Connection& connection);
  void sleep(Connection& connection);
  void come_up(Connection& connection, const Endpoint& endpoint);
  void look_at_block(const Connection& connection);
  void lost(const Failure& failure, const Endpoint& endpoint);
  void wait(std::chrono::milliseconds pause);
  void set(bridge::LinkState state, const std::string& error);
  void complain(const std::string& text, const Endpoint& endpoint, std::chrono::milliseconds pause);

  const Settings& settings_;
  const std::string what_;
  Duty& duty_;
  const std::function<void()> changed_;
  Interrupt interrupt_;
  Backoff backoff_;
  std::size_t tried_ = 0;  // endpoints, since a connection last was up for long
  bool hopeless_ = true;   // each of them in this round needs somebody to change something
  bool up_ = false;
  bool blocked_ = false;
  Steady::time_point up_since_{};
  std::string complaint_;  // the last one, so that it is not said at each try
  Steady::time_point complained_at_{};
  mutable std::mutex mutex_;
  bridge::LinkStatus status_;      // guarded by the mutex
  Steady::time_point deadline_{};  // guarded by the mutex
  std::thread thread_;
};

}  // namespace ashlar::rabbitmq
