#pragma once

#include <ashlar/event_context.hpp>
#include <ashlar/testing/recording.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ashlar::testing::detail {

// One published event in whatever forms it came or was asked for: C++ objects, JSON. Guarded by who holds it.
class Record {
 public:
  // As the object that was published, of the C++ type that `identity` stands for.
  Record(Metadata metadata, const void* identity, std::shared_ptr<const void> event);

  // As JSON; `problem` says why there is none.
  Record(Metadata metadata, std::optional<std::string> json, std::string problem);

  bool is(EventId event) const { return metadata_->name == event.name && metadata_->version == event.version; }
  const Metadata& metadata() const { return *metadata_; }

  // The event as the asked C++ type, the same object each time. Throws JsonError where it does not fit.
  RecordedEvent as(const KnownType& type);

  // The data for people: JSON, or why there is none.
  std::string data();

  std::uint64_t arrival = 0;

 private:
  const std::string* json();

  std::shared_ptr<const Metadata> metadata_;
  std::vector<std::pair<const void*, std::shared_ptr<const void>>> objects_;  // by identity of their type
  std::optional<std::string> json_;
  std::string problem_;
};

// As the framework writes it: `orders.order.placed`, from version 2 on `orders.order.placed@2`.
std::string event_text(EventId event);

// `orders.order.placed {"order_id":"7"} (id …, from orders, correlation …)`
std::string to_text(Record& record);

}  // namespace ashlar::testing::detail
