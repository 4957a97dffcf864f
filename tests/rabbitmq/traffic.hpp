#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "patience.hpp"
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
    CHECK(was_told_);
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

  struct Row {
    void note(int number, const ashlar::bridge::Sent& sent) {
      const std::lock_guard lock(mutex);
      outcomes[number] = sent.outcome == ashlar::bridge::Sent::Outcome::confirmed;
      ++told;
      changed.notify_all();
    }

    std::mutex mutex;
    std::condition_variable changed;
    int told = 0;
    std::map<int, bool> outcomes;
  };

  // A row at a time; what of it is not confirmed is published again, from the first that is not.
  void run() {
    int next = 0;
    while (!stop_) {
      const int last = next + most_at_once;
      while (next < last) {
        const auto row = std::make_shared<Row>();
        const int begun = next;
        for (int number = begun; number < last; ++number) {
          one_.broker->publish(text_message("orders.placed", std::to_string(number)),
                               [row, number](const ashlar::bridge::Sent& sent) { row->note(number, sent); });
        }
        std::unique_lock lock(row->mutex);
        was_told_ = row->changed.wait_for(lock, std::chrono::seconds{60}, [&] { return row->told == last - begun; });
        if (!was_told_) return;
        while (next < last && row->outcomes[next]) ++next;
        lock.unlock();
        if (next < last) pause_between_looks();
      }
      confirmed_ = next;
    }
  }

  OneBroker& one_;
  std::atomic<int> confirmed_{0};
  std::atomic<bool> stop_{false};
  bool was_told_ = true;  // of all that was published; the thread's, until it has ended
  std::thread thread_;
};
