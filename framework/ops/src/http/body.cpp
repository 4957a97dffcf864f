#include "http/body.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace ashlar::ops {
namespace {

class BodyReader {
 public:
  BodyReader(Connection& connection, std::size_t most, std::string& body)
      : connection_(connection), most_(most), body_(body) {}

  BodyOutcome counted(std::uint64_t length) {
    if (length > most_ - body_.size()) return BodyOutcome::too_large;
    // Memory only for what has come: announcing much costs a client nothing.
    std::array<char, 16 * 1024> bytes;
    while (length > 0) {
      const ssize_t n = connection_.read(bytes.data(), std::min<std::uint64_t>(length, bytes.size()));
      if (n <= 0) return trouble();
      body_.append(bytes.data(), static_cast<std::size_t>(n));
      length -= static_cast<std::uint64_t>(n);
    }
    return BodyOutcome::whole;
  }

  BodyOutcome chunked() {
    for (;;) {
      const auto size = chunk_size();
      if (!size) return trouble();
      if (*size == 0) return trailers();
      if (const BodyOutcome outcome = counted(*size); outcome != BodyOutcome::whole) return outcome;
      if (line() != "") return trouble();
    }
  }

 private:
  // Without its CRLF; nothing where it is too long or ends otherwise.
  std::optional<std::string> line() {
    constexpr std::size_t longest = 4096;
    std::string text;
    char c = '\0';
    while (text.size() < longest && connection_.read(&c, 1) == 1) {
      text += c;
      if (c != '\n') continue;
      if (!text.ends_with("\r\n")) return std::nullopt;
      text.resize(text.size() - 2);
      return text;
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> chunk_size() {
    const auto text = line();
    if (!text) return std::nullopt;
    const std::string_view digits = std::string_view(*text).substr(0, text->find(';'));
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return size;
  }

  BodyOutcome trailers() {
    constexpr int most_lines = 20;
    for (int i = 0; i < most_lines; ++i) {
      const auto text = line();
      if (!text) break;
      if (text->empty()) return BodyOutcome::whole;
    }
    return trouble();
  }

  BodyOutcome trouble() const {
    return connection_.trouble() == Connection::Trouble::timed_out ? BodyOutcome::timed_out : BodyOutcome::broken;
  }

  Connection& connection_;
  const std::size_t most_;
  std::string& body_;
};

}  // namespace

BodyOutcome read_body(Connection& connection, const Framing& framing, std::size_t most, std::string& body) {
  BodyReader reader(connection, most, body);
  return framing.chunked ? reader.chunked() : reader.counted(framing.length);
}

}  // namespace ashlar::ops
