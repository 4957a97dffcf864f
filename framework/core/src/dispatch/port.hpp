#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_sink.hpp>
#include <string>

namespace ashlar::detail {

class Dispatch;

// A module's door to the dispatch, or to a sink.
class Port {
 public:
  Dispatch* dispatch = nullptr;  // null: `sink` takes everything
  std::string module{};
  EventSink* sink = nullptr;
  Clock* clock = nullptr;
};

}  // namespace ashlar::detail
