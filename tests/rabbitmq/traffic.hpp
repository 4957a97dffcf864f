#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "rabbit_place.hpp"

// Publishes numbers one after the other, each again until it is confirmed, keeping some unconfirmed, and takes them in.
// Then tells whether anything is lost, out of order or invented.
class Traffic {
 public:
  // Of a broker that settles at once.
  explicit Traffic(OneBroker& one) : one_(one) {}

  void begin() {
    thread_ = std::thread([this] { run(); });
  }
  int confirmed() const { return confirmed_.load(); }
  bool wait_for_more(int count) {
    const int target = confirmed_.load() + count;
    return one_.heard.wait_until([&] { return confirmed_.load() >= target; });
  }

  // All that was begun is confirmed, and received.
  void finish() {
    stop_ = true;
    thread_.join();
    const auto count = static_cast<std::size_t>(confirmed_.load());
    std::set<std::string> received;
    CHECK(one_.heard.wait_until([&] {
      for (const std::string& body : one_.heard.bodies()) received.insert(body);
      return received.size() >= count;
    }));
    CHECK(received.size() == count);
    // The first time that each came they were in order, because what is lost is published again before what is newer.
    std::size_t next = 0;
    bool in_order = true;
    for (const std::string& body : one_.heard.bodies()) {
      if (std::stoul(body) == next)
        ++next;
      else
        in_order = in_order && std::stoul(body) < next;
    }
    CHECK(in_order);
  }

 private:
  static constexpr int most_at_once = 20;

  // A row at a time; what of it is not confirmed is published again, from the first that is not.
  void run() {
    int next = 0;
    while (!stop_) {
      const int last = next + most_at_once;
      while (next < last) {
        std::mutex mutex;
        std::condition_variable changed;
        int told = 0;
        std::map<int, bool> outcomes;
        const int begun = next;
        for (int number = begun; number < last; ++number) {
          one_.broker->publish(text_message("orders.placed", std::to_string(number)),
                               [&, number](const ashlar::bridge::Sent& sent) {
                                 const std::lock_guard lock(mutex);
                                 outcomes[number] = sent.outcome == ashlar::bridge::Sent::Outcome::confirmed;
                                 ++told;
                                 changed.notify_all();
                               });
        }
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return told == last - begun; });
        while (next < last && outcomes[next]) ++next;
        lock.unlock();
        if (next < last) std::this_thread::sleep_for(std::chrono::milliseconds{5});
      }
      confirmed_ = next;
    }
  }

  OneBroker& one_;
  std::atomic<int> confirmed_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};
