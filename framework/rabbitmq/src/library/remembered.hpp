#pragma once

#include <ashlar/uuid.hpp>
#include <cstddef>
#include <deque>
#include <set>

namespace ashlar::rabbitmq {

// The last so many ids. Guarded by whoever has it.
class Remembered {
 public:
  explicit Remembered(std::size_t most) : most_(most) {}

  bool contains(const Uuid& id) const { return ids_.contains(id); }

  void add(const Uuid& id) {
    if (most_ == 0 || !ids_.insert(id).second) return;
    order_.push_back(id);
    if (order_.size() <= most_) return;
    ids_.erase(order_.front());
    order_.pop_front();
  }

 private:
  const std::size_t most_;
  std::set<Uuid> ids_;
  std::deque<Uuid> order_;
};

}  // namespace ashlar::rabbitmq
