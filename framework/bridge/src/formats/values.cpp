#include "formats/values.hpp"

#include <algorithm>
#include <ashlar/time_text.hpp>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <charconv>
#include <chrono>

namespace ashlar::bridge {
namespace {

// Made once for this purpose; docs/wire-formats.md tells it, so that others can make the same ids.
constexpr boost::uuids::uuid names_outside{
    {0x8f, 0x1d, 0x6a, 0x52, 0x0c, 0x3b, 0x4e, 0x7d, 0x9a, 0x64, 0x2e, 0x5b, 0x71, 0xc9, 0x30, 0xfe}};

constexpr std::int64_t past_the_last_second = 253402300800;  // the year 10000

Uuid named(std::string_view name) {
  const boost::uuids::uuid made = boost::uuids::name_generator_sha1(names_outside)(name.data(), name.size());
  Uuid id;
  std::copy(made.begin(), made.end(), id.bytes.begin());
  return id;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The zone at the end of what follows the date, as `Z` or `±hh:mm`, taken from there.
std::string take_zone(std::string_view& time) {
  const std::size_t sign = time.find_first_of("+-");
  if (sign == time.npos) {
    if (!time.empty() && (time.back() == 'Z' || time.back() == 'z')) time.remove_suffix(1);
    return "Z";
  }
  std::string zone(time.substr(sign));
  time = time.substr(0, sign);
  if (zone.size() == 3) zone += ":00";
  if (zone.size() == 5 && zone[3] != ':') zone.insert(3, ":");
  return zone;
}

}  // namespace

std::optional<int> parse_version(std::string_view text) {
  if (!text.empty() && (text[0] == 'v' || text[0] == 'V')) text.remove_prefix(1);
  int version = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, version);
  if (error != std::errc{} || version < 1) return std::nullopt;
  const std::string_view minor(rest, static_cast<std::size_t>(end - rest));
  if (minor.empty()) return version;
  const bool digits_and_dots = std::all_of(minor.begin(), minor.end(), [](char c) { return is_digit(c) || c == '.'; });
  const bool well_formed = minor[0] == '.' && minor.back() != '.' && minor.find("..") == minor.npos;
  return digits_and_dots && well_formed ? std::optional(version) : std::nullopt;
}

std::optional<Time> parse_foreign_time(std::string_view text) {
  if (const auto time = parse_time(text)) return time;
  constexpr std::size_t date_size = 10;
  if (text.size() < date_size || text.size() > 64) return std::nullopt;
  const std::string date(text.substr(0, date_size));
  std::string_view rest = text.substr(date_size);
  if (rest.empty()) return parse_time(date + "T00:00:00Z");
  if (rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ') return std::nullopt;
  rest.remove_prefix(1);
  const std::string zone = take_zone(rest);
  const bool without_seconds = rest.size() == 5;
  return parse_time(date + "T" + std::string(rest) + (without_seconds ? ":00" : "") + zone);
}

std::optional<Time> time_of_seconds(std::int64_t seconds) {
  if (seconds < 0) return std::nullopt;
  if (seconds < past_the_last_second) return Time{std::chrono::seconds{seconds}};
  if (seconds / 1000 < past_the_last_second) return Time{std::chrono::milliseconds{seconds}};
  return std::nullopt;
}

std::optional<Uuid> parse_foreign_id(std::string_view text) {
  const auto id = Uuid::parse(text);
  if (!id) return named(text);
  return *id == Uuid{} ? std::nullopt : id;
}

Uuid id_of_bytes(const Message& message) {
  std::string name = message.routing_key;
  name += '\n';
  name += message.correlation_id;
  name += '\n';
  if (message.timestamp_s) name += std::to_string(*message.timestamp_s);
  name += '\n';
  name += message.body;
  return named(name);
}

}  // namespace ashlar::bridge
