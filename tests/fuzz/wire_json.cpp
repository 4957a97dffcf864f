#include <ashlar/bridge/wire_format.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "formats/json_scan.hpp"

// What is JSON is the same for us as for nlohmann's parser, and so are the members of an object.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The other skips a byte order mark, and takes a zero for the end.
  if (text.substr(0, 1) == "\xEF" || text.find('\0') != text.npos) return 0;
  // Numbers that no double holds are none for the other.
  bool is_json = true, is_too_large = false;
  nlohmann::json parsed;
  try {
    parsed = nlohmann::json::parse(text);
  } catch (const nlohmann::json::out_of_range&) {
    is_too_large = true;
  } catch (const nlohmann::json::parse_error&) {
    is_json = false;
  }
  try {
    const ashlar::bridge::JsonScan scan = ashlar::bridge::scan_json(text, 64);
    if (!is_json) std::abort();
    if (is_too_large) return 0;
    if (nlohmann::json::parse(scan.root.bytes) != parsed) std::abort();
    if (parsed.is_object() && scan.members.size() != parsed.size()) std::abort();
    for (const ashlar::bridge::JsonMember& member : scan.members) {
      if (nlohmann::json::parse(member.value.bytes) != parsed.at(member.name)) std::abort();
      if (member.value.kind != ashlar::bridge::JsonKind::text) continue;
      if (text_of(member.value) != parsed.at(member.name).get_ref<const std::string&>()) std::abort();
    }
  } catch (const ashlar::bridge::WireError& error) {
    const std::string_view what = error.what();
    const bool is_stricter = what.find("stands twice") != what.npos || what.find("deeper than") != what.npos;
    if (is_json && !is_too_large && !is_stricter) std::abort();
  }
  return 0;
}
