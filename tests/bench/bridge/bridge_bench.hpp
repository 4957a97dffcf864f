#pragma once

#include <ashlar/bridge/message.hpp>
#include <ashlar/bridge/topology.hpp>
#include <ashlar/event.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rabbit_server.hpp"

namespace bench {

using Folder = std::filesystem::path;
using ashlar::bridge::QueueType;

// About 300 bytes as JSON, each with a key of its own.
struct OrderPlaced {
  std::string order_id;
  std::string customer_id;
  std::int64_t number = 0;
  std::int64_t total_cents = 0;
  std::string note;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, customer_id, number, total_cents, note)

OrderPlaced order(std::int64_t number);

// As the bridge publishes it; for those that publish without one.
ashlar::bridge::Message order_message(std::int64_t number);

// What is printed: by name.
using Figures = std::map<std::string, double>;

// Time, and the processor's time of this process, since then.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double cpu_seconds() const { return cpu_now() - cpu_start_; }

 private:
  static double cpu_now();
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double cpu_start_ = cpu_now();
};

struct Measured {
  std::int64_t events = 0;
  double seconds = 0;
  double cpu_seconds = 0;  // of the client

  static Measured by(std::int64_t events, const Stopwatch& watch) {
    return {events, watch.seconds(), watch.cpu_seconds()};
  }
};

// One of those that are measured in turns, since a broker is now fast and now slow.
struct Contender {
  std::string figure;
  std::function<Measured()> work;
  std::function<void()> prepare = {};  // before each, not measured
};

// Each works `turns` times, and `after` follows. Sets the median rate of each, its `_cpu_us` for one event, and `a/b`, the
// median of the ratios of their rates in each turn, and `a/b_cpu` likewise.
void take_turns(Figures& figures, const std::vector<Contender>& contenders, int turns,
                const std::function<void()>& after = {});

// A new folder in `folder`, removed at the end.
class BenchFolder {
 public:
  explicit BenchFolder(const Folder& folder);
  ~BenchFolder();
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;

  const Folder& path() const { return path_; }

 private:
  Folder path_;
};

// What all measure with.
struct Bench {
  Folder folder;
  RabbitServer& server;
  std::string vhost;
  std::string node_packages;  // where amqplib is; empty: without it
  Folder sources;             // of the rivals' scripts
  bool quick = false;

  std::string url() const { return server.url(vhost); }
  int turns() const { return quick ? 2 : 7; }
  std::int64_t scaled(std::int64_t events) const { return quick ? events / 4 : events; }
};

constexpr const char* exchange = "bench.events";
constexpr const char* queue = "bench";

// A bare connection of rabbitmq-c, for the queue and as a rival.
class RawLine {
 public:
  explicit RawLine(const Bench& bench);
  ~RawLine();
  RawLine(const RawLine&) = delete;
  RawLine& operator=(const RawLine&) = delete;

  void remove_queue();  // and that of its dead letters
  void purge();

  // So many messages persistent and mandatory, `window` unconfirmed ones at most, until all are confirmed.
  Measured publish(std::int64_t events, std::int64_t window);

  // All that are in the queue, from the first on; acknowledges every hundredth with those before it.
  Measured consume(std::int64_t events);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Contender raw_publishing(const Bench& bench, std::string figure, std::int64_t events, int window);
Contender raw_consuming(const Bench& bench, std::string figure, std::int64_t events);

// The exchange, and the queue that gets everything of it, as a bridge declares it; anew.
void make_queue(const Bench& bench, QueueType type);

// Through the bridge, from a log in which the events are already. What the log costs is inside.
Contender bridge_publishing(const Bench& bench, std::string figure, std::int64_t events, int window);

// Through a broker alone, whose listener settles at once.
Contender broker_consuming(const Bench& bench, std::string figure, QueueType type, std::int64_t events);

// Through the bridge, into a log.
Contender bridge_consuming(const Bench& bench, std::string figure, QueueType type, std::int64_t events);

// Fills the queue, every message with an id of its own.
void fill_queue(const Bench& bench, std::int64_t events);

// A script of another language, which lives as long as this does.
Contender script_publishing(const Bench& bench, std::string figure, std::vector<std::string> command,
                            std::int64_t events, int window);

void measure_way(const Bench& bench, Figures& figures);
void measure_backlog(Bench& bench, std::int64_t events, Figures& figures);

}  // namespace bench
