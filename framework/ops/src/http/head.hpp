#pragma once

#include <ashlar/routes.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar::ops {

// The start of a request as it came from the line, before its body is read.
struct RequestHead {
  std::string method{};
  std::string target{};                               // with its query, not decoded
  std::multimap<std::string, std::string> headers{};  // names in lower case
  std::string problem{};                              // where it is not well-formed
};

// Reads the first line and the headers, up to and with the empty line behind them. Strict: no folded lines, no blank before
// a colon, no control characters.
RequestHead parse_head(std::string_view text);

// Whether a body follows a request's headers, and how its end is found.
struct Framing {
  bool has_body = false;
  bool chunked = false;
  std::uint64_t length = 0;  // where it is not chunked
  int status = 400;
  std::string problem{};  // where the headers leave it in doubt; such a request is refused, never guessed at
};

Framing framing_of(const RequestHead& head);

// The refusal of a body that is not plain JSON, by its Content-Type (may be absent) and Content-Encoding.
std::optional<Response> refuse_content(const std::map<std::string, std::string>& headers);

// Printable ASCII of 1 to 128 characters: fit to be echoed, logged and stored as an id.
bool is_sane_id(std::string_view text);

}  // namespace ashlar::ops
