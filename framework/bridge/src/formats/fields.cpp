#include "formats/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ashlar/bridge/wire_format.hpp>
#include <utility>

#include "formats/shown.hpp"

namespace ashlar::bridge {
namespace {

constexpr bool is_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// Sorted by is_before; lower case, without underscores and hyphens.
constexpr std::array<std::pair<std::string_view, Member>, 25> spellings{{
    {"id", Member::id},
    {"data", Member::data},
    {"time", Member::time},
    {"type", Member::type},
    {"source", Member::source},
    {"userid", Member::user_id},
    {"eventid", Member::event_id},
    {"payload", Member::payload},
    {"subject", Member::subject},
    {"version", Member::version},
    {"eventkey", Member::event_key},
    {"metadata", Member::metadata},
    {"tenantid", Member::tenant_id},
    {"createdat", Member::created_at},
    {"eventtype", Member::event_type},
    {"timestamp", Member::timestamp},
    {"database64", Member::data_base64},
    {"aggregateid", Member::aggregate_id},
    {"causationid", Member::causation_id},
    {"dataversion", Member::data_version},
    {"specversion", Member::spec_version},
    {"traceparent", Member::traceparent},
    {"correlationid", Member::correlation_id},
    {"organizationid", Member::organization_id},
    {"datacontenttype", Member::data_content_type},
}};
static_assert(spellings.size() == static_cast<std::size_t>(Member::count));
static_assert(std::is_sorted(spellings.begin(), spellings.end(),
                             [](const auto& a, const auto& b) { return is_before(a.first, b.first); }));

constexpr std::size_t longest = 20;  // with what is between words

bool is_integer(const JsonSlice& value) {
  return value.kind == JsonKind::number && value.bytes.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

std::optional<Member> member_of(std::string_view name) {
  if (name.size() > longest) return std::nullopt;
  std::array<char, longest> letters{};
  std::size_t size = 0;
  for (const char c : name) {
    if (c != '_' && c != '-') letters[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const std::string_view spelling(letters.data(), size);
  const auto found =
      std::lower_bound(spellings.begin(), spellings.end(), spelling,
                       [](const auto& entry, std::string_view wanted) { return is_before(entry.first, wanted); });
  return found != spellings.end() && found->first == spelling ? std::optional(found->second) : std::nullopt;
}

Fields::Fields(const JsonMembers& members, std::string_view place) : place_(place) {
  for (const JsonMember& member : members) {
    const auto known = member_of(member.name);
    if (!known) continue;
    // Data may be null; of anything else null says that it is absent.
    const bool is_data = *known == Member::data || *known == Member::payload;
    const JsonMember*& slot = members_[static_cast<std::size_t>(*known)];
    if (slot == nullptr && (is_data || member.value.kind != JsonKind::null)) slot = &member;
  }
}

const JsonMember* Fields::at(Member member) const { return members_[static_cast<std::size_t>(member)]; }

bool Fields::has_text(Member member) const {
  const JsonMember* found = at(member);
  return found != nullptr && found->value.kind == JsonKind::text;
}

std::optional<std::string> Fields::text(std::initializer_list<Member> members) const {
  for (const Member member : members) {
    const JsonMember* found = at(member);
    if (found == nullptr) continue;
    if (found->value.kind != JsonKind::text) fail_field(place_of(*found), "a text", found->value);
    std::string text = text_of(found->value);
    if (!text.empty()) return text;
  }
  return std::nullopt;
}

std::optional<std::string> Fields::identifier(std::initializer_list<Member> members) const {
  for (const Member member : members) {
    const JsonMember* found = at(member);
    if (found == nullptr) continue;
    if (is_integer(found->value)) return std::string(found->value.bytes);
    if (found->value.kind != JsonKind::text) fail_field(place_of(*found), "a text or an integer", found->value);
    std::string text = text_of(found->value);
    if (!text.empty()) return text;
  }
  return std::nullopt;
}

std::string Fields::place_of(const JsonMember& member) const {
  const std::string quoted = shown(member.name);
  return std::string(place_) + quoted.substr(1, quoted.size() - 2);
}

void fail_field(const std::string& place, std::string_view expected, const JsonSlice& value) {
  const bool is_short = value.kind == JsonKind::text || value.kind == JsonKind::number;
  throw WireError(fmt::format("{}: expected {}, got {}", place, expected,
                              is_short ? shown(value.kind == JsonKind::text ? text_of(value) : std::string(value.bytes))
                                       : std::string(shown(value.kind))));
}

}  // namespace ashlar::bridge
