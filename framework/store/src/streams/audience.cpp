#include "audience.hpp"

#include <algorithm>
#include <ashlar/event_pattern.hpp>
#include <charconv>
#include <string_view>

namespace ashlar::store {
namespace {

bool is_selected(const std::vector<std::string>& wanted, std::string_view event) {
  const auto at = event.find('@');
  int version = 1;
  if (at != std::string_view::npos) std::from_chars(event.data() + at + 1, event.data() + event.size(), version);
  const std::string_view name = event.substr(0, at);
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) { return selects(one, name, version); });
}

}  // namespace

void Audience::add(std::size_t number, std::vector<std::string> events) {
  const std::lock_guard lock(mutex_);
  wanted_[number] = std::move(events);
  who_wants_.clear();
}

void Audience::remove(std::size_t number) {
  const std::lock_guard lock(mutex_);
  wanted_.erase(number);
  who_wants_.clear();
}

void Audience::ring(std::span<const std::string> events) {
  if (events.empty()) return bell_->ring();
  std::vector<std::size_t> numbers;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& event : events) {
      auto found = who_wants_.find(event);
      if (found == who_wants_.end()) {
        found = who_wants_.emplace(event, std::vector<std::size_t>()).first;
        for (const auto& [number, wanted] : wanted_) {
          if (is_selected(wanted, event)) found->second.push_back(number);
        }
      }
      numbers.insert(numbers.end(), found->second.begin(), found->second.end());
    }
  }
  bell_->ring(numbers);
}

}  // namespace ashlar::store
