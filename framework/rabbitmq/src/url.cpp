#include "url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ashlar/errors.hpp>
#include <charconv>
#include <optional>

namespace ashlar::rabbitmq {
namespace {

constexpr std::size_t longest_short_string = 255;

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class Parser {
 public:
  Parser(std::string_view url, std::string_view which) : url_(url), which_(which) {}

  Endpoint parse() {
    Endpoint endpoint;
    for (std::size_t i = 0; i < url_.size(); ++i) {
      const auto c = static_cast<unsigned char>(url_[i]);
      if (c <= ' ' || c == 0x7f) fail(i, "a blank or control character; percent-encode it");
    }
    const std::size_t scheme_end = url_.find("://");
    if (scheme_end == std::string_view::npos) fail(0, "amqp:// or amqps:// is missing");
    std::string scheme(url_.substr(0, scheme_end));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), lower);
    if (scheme == "amqps") {
      endpoint.security = Security::tls;
      endpoint.port = 5671;
    } else if (scheme != "amqp") {
      fail(0, "the scheme is neither amqp nor amqps");
    }

    const std::size_t begin = scheme_end + 3;
    const std::size_t end = std::min(url_.find_first_of("/?#", begin), url_.size());
    std::size_t host = begin;
    const std::size_t at = url_.substr(0, end).rfind('@');
    if (at != std::string_view::npos && at >= begin) {
      user_and_password(begin, at, endpoint);
      host = at + 1;
    }
    host_and_port(host, end, endpoint);
    if (end < url_.size()) vhost(end, endpoint);
    return endpoint;
  }

 private:
  void user_and_password(std::size_t begin, std::size_t end, Endpoint& endpoint) const {
    const std::size_t colon = std::min(url_.find(':', begin), end);
    endpoint.user = decoded(begin, colon, "the user");
    endpoint.password = colon < end ? decoded(colon + 1, end, "the password") : "";
    if (endpoint.user.empty()) fail(begin, "the user in front of the @ is empty");
    if (endpoint.user.find('\0') != std::string::npos || endpoint.password.find('\0') != std::string::npos) {
      fail(begin, "the user or the password holds %00");
    }
  }

  void host_and_port(std::size_t begin, std::size_t end, Endpoint& endpoint) const {
    std::size_t host_end = std::min(url_.find(':', begin), end);
    if (begin < end && url_[begin] == '[') {
      const std::size_t bracket = url_.find(']', begin);
      if (bracket >= end) fail(begin, "the ] after the IPv6 address is missing");
      endpoint.host = std::string(url_.substr(begin + 1, bracket - begin - 1));
      host_end = bracket + 1;
      if (host_end < end && url_[host_end] != ':') fail(host_end, "after the ] comes a colon and the port, or nothing");
    } else {
      endpoint.host = decoded(begin, host_end, "the host");
    }
    if (endpoint.host.empty()) fail(begin, "the host is missing");
    if (host_end == end) return;
    const std::string_view port = url_.substr(host_end + 1, end - host_end - 1);
    unsigned number = 0;
    const auto [stopped, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || stopped != port.data() + port.size() || number == 0 || number > 65'535) {
      fail(host_end + 1, "the port is no number from 1 to 65535");
    }
    endpoint.port = static_cast<std::uint16_t>(number);
  }

  void vhost(std::size_t slash, Endpoint& endpoint) const {
    const std::size_t query = url_.find_first_of("?#", slash);
    if (query != std::string_view::npos) {
      fail(query, "parameters are not known here: use the options, and %3F or %23 inside a name");
    }
    const std::size_t second = url_.find('/', slash + 1);
    if (second != std::string_view::npos)
      fail(second, "a second slash: inside the virtual host's name it is written %2F");
    if (const std::size_t at = url_.find('@', slash); at != std::string_view::npos)
      fail(at, "an @ behind the host: in a password a slash is written %2F, and in a name an @ is %40");
    endpoint.vhost = decoded(slash + 1, url_.size(), "the virtual host");
    // By the letter of the specification the name is empty then, which no broker has.
    if (endpoint.vhost.empty())
      fail(slash, "the virtual host after the last slash is empty: leave the slash out for `/`");
  }

  std::string decoded(std::size_t begin, std::size_t end, std::string_view what) const {
    std::string text;
    for (std::size_t i = begin; i < end; ++i) {
      if (url_[i] != '%') {
        text += url_[i];
        continue;
      }
      const int high = i + 1 < end ? digit_of(url_[i + 1]) : -1;
      const int low = i + 2 < end ? digit_of(url_[i + 2]) : -1;
      if (high < 0 || low < 0) fail(i, fmt::format("in {} a % is not followed by two hexadecimal digits", what));
      text += static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (text.size() > longest_short_string) fail(begin, fmt::format("{} is longer than 255 bytes", what));
    return text;
  }

  [[noreturn]] void fail(std::size_t place, std::string_view problem) const {
    throw Error(
        fmt::format("{}: at character {}: {} (amqp://user:password@host:port/vhost; the URL is not shown, it may hold "
                    "a password)",
                    which_, place + 1, problem));
  }

  std::string_view url_;
  std::string_view which_;
};

}  // namespace

std::string Endpoint::place() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Endpoint parse_url(std::string_view url, std::string_view which) { return Parser(url, which).parse(); }

}  // namespace ashlar::rabbitmq
