#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ashlar {

struct HandlerFailure;

namespace detail {
struct EventPlan;
struct ReportDetails;
class Dispatch;

// What a publish hands back, in two registers; a PublishReport owns it.
struct Outcome {
  const EventPlan* plan = nullptr;
  // Nothing; or, with the lowest bit set, which members of queue groups were called; or a ReportDetails*.
  std::uintptr_t rest = 0;

  bool has_details() const noexcept { return rest != 0 && (rest & 1) == 0; }
};

// By value, so that a report whose address nobody takes stays in registers.
const std::vector<HandlerFailure>& failures_of(Outcome outcome) noexcept;
void drop_details(Outcome outcome) noexcept;
}  // namespace detail

// A handler that threw, with everything needed to find the event and the place.
struct HandlerFailure {
  std::string event_id;
  std::string event;   // as registrations name it: `orders.order.placed`, `orders.order.placed@2`
  std::string module;  // the handler's; empty for a live subscription
  std::string handler;
  std::string message;  // of the exception and what is nested in it
  int delivery = 0;     // to a stream consumer: which one, from 1; 0: the handler was called by a publish
};

struct HandlerOutcome {
  std::string module;
  std::string handler;
  bool failed = false;
};

// An event may have at most this many queue groups, and a group this many handlers of one event; more fail the start.
inline constexpr std::size_t max_queue_groups = 8;
inline constexpr std::size_t max_queue_group_members = 128;

// What became of one publish. A value; holds no memory unless a handler failed.
class PublishReport {
 public:
  PublishReport() = default;
  explicit PublishReport(detail::Outcome outcome) noexcept : outcome_(outcome) {}
  PublishReport(PublishReport&& other) noexcept : outcome_(std::exchange(other.outcome_, {})) {}
  PublishReport& operator=(PublishReport&& other) noexcept {
    std::swap(outcome_, other.outcome_);
    return *this;
  }
  ~PublishReport() {
    if (outcome_.has_details()) [[unlikely]]
      detail::drop_details(outcome_);
  }

  // How many handlers were called: one for each queue group, live subscriptions not counted.
  std::size_t handlers() const noexcept;
  bool ok() const noexcept { return !outcome_.has_details() || failures().empty(); }

  // In the order in which they happened.
  const std::vector<HandlerFailure>& failures() const noexcept { return detail::failures_of(outcome_); }

  // Every handler that was called, in order. Ask before the host that gave the report starts again or is
  // destroyed.
  std::vector<HandlerOutcome> outcomes() const;

  // Throws HandlersFailed naming every failure; nothing when there was none.
  void throw_if_failed() const;

  // `0 handlers`, `3 handlers`, `3 handlers, 1 failed: search/index: database is locked`.
  std::string to_string() const;

 private:
  friend class detail::Dispatch;

  detail::Outcome outcome_;
};

}  // namespace ashlar
