#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bridge_support.hpp"
#include "rabbit_server.hpp"
#include "tcp_proxy.hpp"

// What publish() said was committed, and what handlers heard. Any thread.
class Ledger {
 public:
  void committed(const bridge_test::Placed& event);
  void handled_here(const bridge_test::Placed& event);
  void handled_there(const bridge_test::Placed& event);

  std::size_t committed() const;
  std::size_t handled_here() const;
  std::size_t handled_there() const;

  // Of committed events: `k3 17 is missing`, `k3 17 came 2 times`, `k3 17 came after 18`; those that only the other host
  // has are named too. `log` is what it has in its log.
  std::string differences(const std::vector<bridge_test::Placed>& log) const;

 private:
  mutable std::mutex mutex_;
  std::vector<bridge_test::Placed> committed_;  // these three guarded by the mutex
  std::vector<bridge_test::Placed> here_;
  std::vector<bridge_test::Placed> there_;
};

struct FaultOptions {
  std::string more{};  // lines of the section of both
  std::string more_of_publisher{};
  std::string more_of_consumer{};
  std::string queue_type = "quorum";
  std::string bindings = "\"orders.#\"";
  int window = 64;
  int prefetch = 50;
  std::chrono::milliseconds pace{1};                                  // between two events of the load
  std::function<void(const bridge_test::Placed&)> before_handling{};  // of the consumer
};

// A whole host that publishes orders and another that consumes them, each with a store and by a line of its own to a real
// broker, and what they should agree on.
class TwoHosts {
 public:
  // In a virtual host of the shared broker.
  explicit TwoHosts(FaultOptions options = {});
  // That broker alone.
  TwoHosts(const RabbitControl& broker, std::string vhost, FaultOptions options = {});
  ~TwoHosts();

  // Both, connected.
  void start();

  // Publishes events of many keys at its pace, until end_load().
  void begin_load();
  void end_load();
  void publish(const std::string& key, int count = 1);
  // While whatever is the matter with the broker: the application itself goes on.
  bool publishing_goes_on(std::size_t count = 50);

  // Whether it was clean.
  bool stop(bridge_test::Process& process);

  bool wait_until_connected();
  bool wait_for_handled_there(std::size_t more);

  // Ends the load, waits until everything is there, and checks all that holds after whatever has happened: nothing lost,
  // nothing invented, order of each key, each handled once in both hosts, no dead letter, nothing unsettled, and no more
  // duplicates than lines that were gone explain.
  void check();

  Ledger& ledger() { return ledger_; }
  static constexpr const char* queue = "faults.in";

  const RabbitControl& broker;
  const std::string vhost;
  TcpProxy publisher_line;
  TcpProxy consumer_line;

 private:
  std::string section(const TcpProxy& line, const std::string& more) const;
  std::vector<bridge_test::Placed> log_there();
  bool wait_while_more_comes();

  FaultOptions options_;
  Ledger ledger_;

 public:
  bridge_test::Process publisher;
  bridge_test::Process consumer;

 private:
  std::map<std::string, int> next_;  // number of each key; of the load's thread, or of the test's while there is none
  std::uint64_t stops_ = 0;
  std::atomic<bool> load_ends_{false};
  std::thread load_;
};
