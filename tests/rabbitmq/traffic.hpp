#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
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
    // None came before all of the rows before its own had come, because they were confirmed before it was published.
    std::set<int> came;
    bool in_order = true;
    for (const std::string& body : one_.heard.bodies()) {
      const int number = std::stoi(body);
      const auto before = static_cast<std::size_t>(number - number % most_at_once);
      in_order = in_order && came.size() >= before;
      came.insert(number);
    }
    CHECK(in_order);
  }

 private:
  static constexpr int most_at_once = 20;

  struct Row {
    void note(int number, const ashlar::bridge::Sent& sent) {
      const std::lock_guard lock(mutex);
      if (sent.outcome == ashlar::bridge::Sent::Outcome::confirmed) missing.erase(number);
      --untold;
      changed.notify_all();
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::set<int> missing;
    std::size_t untold = 0;
  };

  // A row at a time, and of it what is not confirmed yet again: what was lost may come after what was published later, because
  // a line may go and come in between.
  void run() {
    for (int next = 0; !stop_; confirmed_ = next += most_at_once) {
      const auto row = std::make_shared<Row>();
      for (int number = next; number < next + most_at_once; ++number) row->missing.insert(number);
      for (;;) {
        const std::set<int> again = row->missing;
        row->untold = again.size();
        for (const int number : again) {
          one_.broker->publish(text_message("orders.placed", std::to_string(number)),
                               [row, number](const ashlar::bridge::Sent& sent) { row->note(number, sent); });
        }
        std::unique_lock lock(row->mutex);
        was_told_ = row->changed.wait_for(lock, std::chrono::seconds{60}, [&] { return row->untold == 0; });
        if (!was_told_) return;
        if (row->missing.empty()) break;
        lock.unlock();
        pause_between_looks();
      }
    }
  }

  OneBroker& one_;
  std::atomic<int> confirmed_{0};
  std::atomic<bool> stop_{false};
  bool was_told_ = true;  // of all that was published; the thread's, until it has ended
  std::thread thread_;
};
