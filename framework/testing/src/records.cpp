#include "records.hpp"

#include <algorithm>
#include <utility>

namespace ashlar::testing::detail {
namespace {

constexpr std::size_t most_lines = 100;

}  // namespace

void Records::add(Record record) {
  auto added = std::make_shared<Record>(std::move(record));
  const Metadata& metadata = added->metadata();
  {
    const std::lock_guard lock(mutex_);
    added->arrival = next_arrival_++;
    auto place = records_.end();
    if (const std::string id = metadata.id.to_string(); causes_.contains(id)) {
      place = std::find_if(records_.begin(), records_.end(),
                           [&](const auto& known) { return known->metadata().causation_id == id; });
    }
    records_.insert(place, added);
    if (!metadata.causation_id.empty()) causes_.insert(metadata.causation_id);
  }
  added_.notify_all();
}

std::uint64_t Records::next_arrival() const {
  const std::lock_guard lock(mutex_);
  return next_arrival_;
}

std::vector<RecordedEvent> Records::of(const KnownType& type, std::uint64_t since) const {
  const std::lock_guard lock(mutex_);
  std::vector<RecordedEvent> events;
  for (const auto& record : records_) {
    if (record->arrival >= since && record->is(type.id)) events.push_back(record->as(type));
  }
  return events;
}

std::vector<PublishedEvent> Records::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<PublishedEvent> events;
  for (const auto& record : records_) events.push_back({record->metadata(), record->data()});
  return events;
}

bool Records::empty() const {
  const std::lock_guard lock(mutex_);
  return records_.empty();
}

std::size_t Records::in_order(const std::vector<const KnownType*>& types) const {
  const std::lock_guard lock(mutex_);
  std::size_t found = 0;
  for (const auto& record : records_) {
    if (found < types.size() && record->is(types[found]->id)) ++found;
  }
  return found;
}

bool Records::wait_for(const KnownType& type, const std::function<bool(const void*)>& matches, std::uint64_t since,
                       std::chrono::milliseconds patience) const {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (std::uint64_t seen = since;;) {
    const std::uint64_t next = next_arrival();
    for (const RecordedEvent& event : of(type, seen)) {
      if (!matches || matches(event.event.get())) return true;
    }
    seen = std::max(seen, next);
    std::unique_lock lock(mutex_);
    if (!added_.wait_until(lock, deadline, [&] { return next_arrival_ > seen; })) return false;
  }
}

std::string Records::to_string(std::uint64_t since) const {
  const std::lock_guard lock(mutex_);
  std::string lines;
  std::size_t count = 0;
  for (const auto& record : records_) {
    if (record->arrival < since) continue;
    if (++count <= most_lines) lines += "\n  " + std::to_string(count) + ". " + to_text(*record);
  }
  if (count == 0) return "nothing was published";
  if (count > most_lines) lines += "\n  and " + std::to_string(count - most_lines) + " more";
  return std::to_string(count) + (count == 1 ? " event was published:" : " events were published:") + lines;
}

void Records::clear() {
  const std::lock_guard lock(mutex_);
  records_.clear();
  causes_.clear();
}

}  // namespace ashlar::testing::detail
