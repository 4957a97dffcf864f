#pragma once

#include <ashlar/publish_report.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ashlar::detail {

// What few reports have: something failed, or was converted.
struct ReportDetails {
  std::vector<HandlerFailure> failures;
  std::unique_ptr<PublishReport> converted;  // of the later version that an upcaster made
  std::uintptr_t turns = 0;                  // what Outcome::rest was before there were details
};

inline const ReportDetails* details_of(const Outcome& outcome) {
  return outcome.has_details() ? reinterpret_cast<const ReportDetails*>(outcome.rest) : nullptr;
}

// Made now where there are none.
inline ReportDetails& make_details(Outcome& outcome) {
  if (!outcome.has_details()) {
    auto* details = new ReportDetails;
    details->turns = outcome.rest;
    outcome.rest = reinterpret_cast<std::uintptr_t>(details);
  }
  return *reinterpret_cast<ReportDetails*>(outcome.rest);
}

// Seven bits for each of the queue groups, above the bit that tells them from a pointer.
constexpr int bits_of_a_turn = 7;
static_assert(max_queue_group_members == std::size_t{1} << bits_of_a_turn);
static_assert(1 + bits_of_a_turn * max_queue_groups <= 8 * sizeof(std::uintptr_t));

inline void note_turn(Outcome& outcome, std::size_t group, std::size_t member) {
  std::uintptr_t& turns = outcome.has_details() ? make_details(outcome).turns : outcome.rest;
  turns |= 1 | std::uintptr_t{member} << (1 + bits_of_a_turn * group);
}

inline std::size_t turn_of(const Outcome& outcome, std::size_t group) {
  const ReportDetails* details = details_of(outcome);
  const std::uintptr_t turns = details != nullptr ? details->turns : outcome.rest;
  return (turns >> (1 + bits_of_a_turn * group)) & (max_queue_group_members - 1);
}

}  // namespace ashlar::detail
