#include "library/lanes.hpp"

#include <utility>

namespace ashlar::rabbitmq {

bool Lanes::enter(ArrivalPtr& arrival) {
  const std::string& key = arrival->event.metadata.key;
  if (key.empty()) return true;
  const auto [lane, is_free] = behind_.try_emplace(key);
  if (is_free) return true;
  lane->second.push_back(std::move(arrival));
  ++size_;
  return false;
}

ArrivalPtr Lanes::leave(const std::string& key) {
  const auto lane = behind_.find(key);
  if (lane == behind_.end()) return nullptr;
  if (lane->second.empty()) {
    behind_.erase(lane);
    return nullptr;
  }
  ArrivalPtr next = std::move(lane->second.front());
  lane->second.pop_front();
  --size_;
  return next;
}

std::vector<ArrivalPtr> Lanes::clear() {
  std::vector<ArrivalPtr> kept;
  for (auto& [key, lane] : behind_) {
    for (ArrivalPtr& arrival : lane) kept.push_back(std::move(arrival));
    lane.clear();
  }
  size_ = 0;
  return kept;
}

}  // namespace ashlar::rabbitmq
