#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

namespace detail {
struct EventPlan;
class Dispatch;
}  // namespace detail

// A handler that threw, with everything needed to find the event and the place.
struct HandlerFailure {
  std::string event_id;
  std::string event;   // as registrations name it: `orders.order.placed`, `orders.order.placed@2`
  std::string module;  // the handler's; empty for a live subscription
  std::string handler;
  std::string message;  // of the exception and what is nested in it
};

struct HandlerOutcome {
  std::string module;
  std::string handler;
  bool failed = false;
};

// An event may have at most this many queue groups, and a group this many handlers of one event; more fail the start.
inline constexpr std::size_t max_queue_groups = 8;
inline constexpr std::size_t max_queue_group_members = 256;

// What became of one publish. A value; holds no memory unless a handler failed.
class PublishReport {
 public:
  PublishReport() = default;

  // How many handlers were called: one for each queue group, live subscriptions not counted.
  std::size_t handlers() const noexcept;
  bool ok() const noexcept { return details_ == nullptr || failures().empty(); }

  // In the order in which they happened.
  const std::vector<HandlerFailure>& failures() const noexcept;

  // Every handler that was called, in order. Ask before the host that gave the report starts again or is
  // destroyed.
  std::vector<HandlerOutcome> outcomes() const;

  // Throws HandlersFailed naming every failure; nothing when there was none.
  void throw_if_failed() const;

  // `0 handlers`, `3 handlers`, `3 handlers, 1 failed: search/index: database is locked`.
  std::string to_string() const;

 private:
  friend class detail::Dispatch;

  struct Details;
  struct DeleteDetails {
    void operator()(Details* details) const noexcept;
  };

  const detail::EventPlan* plan_ = nullptr;
  std::uint64_t turns_ = 0;                          // per queue group a byte: which member it was
  std::unique_ptr<Details, DeleteDetails> details_;  // only where something failed or was converted
};

}  // namespace ashlar
