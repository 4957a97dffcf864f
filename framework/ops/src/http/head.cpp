#include "http/head.hpp"

#include <algorithm>
#include <charconv>

#include "http/endpoint.hpp"

namespace ashlar::ops {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

// What a header's name is made of (RFC 9110).
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

constexpr std::size_t most_headers = 100;

}  // namespace

RequestHead parse_head(std::string_view text) {
  const RequestHead bad{.problem = "the request's first line or a header is not well-formed"};
  RequestHead head;
  const auto line = [&text]() -> std::optional<std::string_view> {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view found = text.substr(0, end);
    text.remove_prefix(end + 2);
    return has_control_character(found) ? std::nullopt : std::optional(found);
  };

  const auto first = line();
  if (!first) return bad;
  const std::size_t after_method = first->find(' ');
  const std::size_t after_target = first->rfind(' ');
  if (after_method == std::string_view::npos || after_method >= after_target) return bad;
  head.method = first->substr(0, after_method);
  head.target = first->substr(after_method + 1, after_target - after_method - 1);
  if (head.target.find(' ') != std::string::npos) return bad;

  for (;;) {
    const auto header = line();
    if (!header) return bad;
    if (header->empty()) return head;
    const std::size_t colon = header->find(':');
    if (colon == std::string_view::npos || !is_token(header->substr(0, colon))) return bad;
    head.headers.emplace(lower(header->substr(0, colon)), trimmed(header->substr(colon + 1)));
  }
}

Framing framing_of(const RequestHead& head) {
  const auto& headers = head.headers;
  if (!head.problem.empty()) return {.problem = head.problem};
  if (headers.size() > most_headers) {
    return {.status = 431, .problem = "at most " + std::to_string(most_headers) + " headers are taken"};
  }
  const auto lengths = headers.count("content-length");
  const auto encodings = headers.count("transfer-encoding");
  if (lengths > 1 || encodings > 1 || (lengths == 1 && encodings == 1)) {
    return {.problem = "the end of the body is in doubt: give Content-Length or Transfer-Encoding, once"};
  }
  if (encodings == 1) {
    if (lower(headers.find("transfer-encoding")->second) != "chunked") {
      return {.status = 501, .problem = "of the transfer encodings only `chunked` is known here"};
    }
    return {.has_body = true, .chunked = true};
  }
  if (lengths == 0) return {};

  const std::string& text = headers.find("content-length")->second;
  Framing framing;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), framing.length);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return {.problem = "Content-Length is not a number"};
  }
  framing.has_body = framing.length > 0;
  return framing;
}

std::optional<Response> refuse_content(const std::map<std::string, std::string>& headers) {
  if (const auto encoding = headers.find("content-encoding");
      encoding != headers.end() && lower(trimmed(encoding->second)) != "identity") {
    return error_response(415, "the body must be sent as it is, without Content-Encoding");
  }
  const auto type = headers.find("content-type");
  if (type == headers.end()) return std::nullopt;
  const std::string media = lower(trimmed(std::string_view(type->second).substr(0, type->second.find(';'))));
  if (media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))) {
    return std::nullopt;
  }
  return error_response(415, "the body must be JSON, and say so: Content-Type: application/json");
}

bool is_sane_id(std::string_view text) {
  constexpr std::size_t longest = 128;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7E; });
}

}  // namespace ashlar::ops
