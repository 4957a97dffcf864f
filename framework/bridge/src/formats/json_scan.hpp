#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <forward_list>
#include <string>
#include <string_view>

namespace ashlar::bridge {

enum class JsonKind { object, array, text, number, boolean, null };

// `an object`, for errors.
std::string_view shown(JsonKind kind);

// A value as its bytes stand in the document; a text with its quotes.
struct JsonSlice {
  JsonKind kind = JsonKind::null;
  std::string_view bytes{};
};

struct JsonMember {
  std::string_view name;  // without escapes
  JsonSlice value;
};

// Where those of an envelope need no allocation.
using JsonMembers = boost::container::small_vector<JsonMember, 16>;

// A document that is known to be JSON (RFC 8259), of which only the outermost members are told apart. Points into the text
// that was scanned.
struct JsonScan {
  JsonSlice root{};
  JsonMembers members{};                       // of the root where it is an object
  std::size_t depth = 0;                       // of the deepest object or array; 0 where there is none
  std::forward_list<std::string> unescaped{};  // names that had escapes
};

// Reads what nobody vouches for, without recursion. Throws WireError, with the place and the byte, for a syntax error, bytes
// that are not UTF-8, half of a surrogate pair, a member that stands twice, and for what is deeper than `max_depth`.
JsonScan scan_json(std::string_view text, std::size_t max_depth);

// What a text of a document that was scanned says.
std::string text_of(const JsonSlice& value);

// Appends `text`, which is UTF-8, in quotes.
void append_json_text(std::string& out, std::string_view text);

}  // namespace ashlar::bridge
