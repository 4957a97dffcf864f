#pragma once

#include <ashlar/testing/recording.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "record.hpp"

namespace ashlar::testing::detail {

// What was published, in order, and the waiting for more. Any thread.
class Records {
 public:
  // An event that comes when those published inside its handlers are there already is put in front of them.
  void add(Record record);

  // Events that come from now on have this arrival or a later one.
  std::uint64_t next_arrival() const;

  std::vector<RecordedEvent> of(const KnownType& type, std::uint64_t since = 0) const;
  std::vector<PublishedEvent> all() const;
  bool empty() const;

  // How many of the types, from the first on, were published one after the other.
  std::size_t in_order(const std::vector<const KnownType*>& types) const;

  // Waits until an event of the type that arrived at `since` or later matches (any does where `matches` is empty).
  // `matches` is called without a lock.
  bool wait_for(const KnownType& type, const std::function<bool(const void*)>& matches, std::uint64_t since,
                std::chrono::milliseconds patience) const;

  // `2 events were published:` and an event a line.
  std::string to_string(std::uint64_t since = 0) const;

  void clear();

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable added_;
  std::vector<std::shared_ptr<Record>> records_;
  std::unordered_set<std::string> causes_;  // named by a record as its cause
  std::uint64_t next_arrival_ = 1;
};

}  // namespace ashlar::testing::detail
