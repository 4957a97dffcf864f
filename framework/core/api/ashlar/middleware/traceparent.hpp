#pragma once

#include <ashlar/middleware.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar {

// A `traceparent` header (W3C Trace Context, version 00).
struct TraceParent {
  std::string trace_id;   // 32 hexadecimal digits, lower case, not all of them 0
  std::string parent_id;  // 16 of them, likewise
  bool sampled = true;

  friend bool operator==(const TraceParent&, const TraceParent&) = default;
};

// Nothing for a text that is none. A later version than 00 is read as far as 00 goes, as the recommendation asks.
std::optional<TraceParent> parse_traceparent(std::string_view text);
std::string to_string(const TraceParent& traceparent);

// The trace that events of this correlation belong to: a correlation id of 32 hexadecimal digits is a trace id, a UUID is
// one without its hyphens, and any other text gives one that is always the same for it.
std::string trace_id_of(std::string_view correlation_id);

// One call of a handler, as tracing systems know it.
struct Span {
  TraceParent self;       // what a request that the handler makes carries as its `traceparent`
  std::string parent_id;  // of the span around it on this thread; empty: it is the first one here
  std::string event;
  std::string event_id;
  std::string module;
  std::string handler;
  Time start{};
  std::chrono::nanoseconds took{0};
  bool failed = false;
};

// Makes every call of a handler a span of the trace that its event's correlation id names; `on_span` gets it when it has
// ended, on its thread. What `on_span` throws is logged.
class Tracing final : public Middleware {
 public:
  explicit Tracing(std::function<void(const Span&)> on_span = {});

  void around(const HandlerCall& call, const Next& next) override;

 private:
  std::function<void(const Span&)> on_span_;
};

// Of the innermost span on this thread, for the header of a request that a handler makes; nothing outside handlers, and
// where Tracing is not among the middleware.
std::optional<TraceParent> current_traceparent();

}  // namespace ashlar
