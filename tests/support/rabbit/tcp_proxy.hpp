#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// A TCP line to a port of 127.0.0.1 that can be broken in the ways lines break. Any thread.
class TcpProxy {
 public:
  explicit TcpProxy(std::uint16_t target);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_.load(); }
  // Bytes of all lines that have gone through; on one with nothing to say, eight for each heartbeat of AMQP.
  std::uint64_t passed_up() const { return passed_up_.load(); }      // to the target
  std::uint64_t passed_down() const { return passed_down_.load(); }  // from it

  void pass();         // as if nothing had ever been; what was held back goes on
  void refuse();       // what is open is reset, and what comes is too, at once
  void reset();        // what is open is reset; what comes passes
  void silence();      // nothing goes through any more, and nobody is told
  void mute_broker();  // what the target says does not come through, and nobody is told
  void delay(std::chrono::milliseconds each_way);
  void reset_each_after(std::uint64_t bytes);  // on the way to the target; 0: never

 private:
  enum class Mode { pass, refuse, silence, mute };
  using Clock = std::chrono::steady_clock;

  struct Way {
    int from = -1;
    int to = -1;
    std::string held;
    std::vector<std::pair<Clock::time_point, std::size_t>> due;  // sizes of what is held
    bool ended = false;
  };
  struct Pair {
    Way up;
    Way down;
    std::uint64_t bytes_up = 0;
    bool broken = false;
  };

  void run();
  void accept_one();
  void close_with_reset(Pair& pair) const;
  void read_some(Pair& pair, Way& way);
  void write_some(Pair& pair, Way& way);
  bool may_pass(const Pair& pair, const Way& way) const;
  void wake() const;
  void reset_all();

  const std::uint16_t target_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wake_ = -1;
  std::atomic<Mode> mode_{Mode::pass};
  std::atomic<std::int64_t> delay_ms_{0};
  std::atomic<std::uint64_t> reset_after_{0};
  std::atomic<int> resets_asked_{0};
  std::atomic<int> resets_done_{0};
  std::atomic<bool> ending_{false};
  std::atomic<int> accepted_{0};
  std::atomic<std::uint64_t> passed_up_{0};
  std::atomic<std::uint64_t> passed_down_{0};
  std::list<Pair> pairs_;  // its thread's alone
  std::thread thread_;
};
