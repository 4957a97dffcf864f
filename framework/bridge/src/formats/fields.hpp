#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "formats/json_scan.hpp"

namespace ashlar::bridge {

// The members of the envelopes, and the headers, that mean something here.
enum class Member {
  id,
  event_id,
  type,
  event_type,
  version,
  data_version,
  timestamp,
  time,
  created_at,
  source,
  correlation_id,
  causation_id,
  tenant_id,
  organization_id,
  user_id,
  aggregate_id,
  subject,
  spec_version,
  data_content_type,
  data,
  data_base64,
  payload,
  metadata,
  traceparent,
  event_key,
  count
};

// Under whatever spelling: `eventId`, `event_id`, `event-id` and `EventID` are one.
std::optional<Member> member_of(std::string_view name);

// The members of one object by what they mean; null counts as absent, and of two that mean the same the first counts.
class Fields {
 public:
  Fields() = default;

  // `place` goes before the members' names in errors: empty, or `metadata.`. Points into what `members` points into.
  Fields(const JsonMembers& members, std::string_view place);

  bool has(Member member) const { return at(member) != nullptr; }
  bool has_text(Member member) const;

  // Nothing where it is absent, or is null and no data.
  const JsonMember* at(Member member) const;

  // The text of the first that is there; nothing where none is, or where it is empty. Throws WireError for another kind.
  std::optional<std::string> text(std::initializer_list<Member> members) const;

  // The same for what senders also write as an integer.
  std::optional<std::string> identifier(std::initializer_list<Member> members) const;

  // `metadata.tenant_id`, as the message spells it.
  std::string place_of(const JsonMember& member) const;

 private:
  std::array<const JsonMember*, static_cast<std::size_t>(Member::count)> members_{};
  std::string_view place_;
};

// `tenant_id: expected a text, got 5`.
[[noreturn]] void fail_field(const std::string& place, std::string_view expected, const JsonSlice& value);

}  // namespace ashlar::bridge
