#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ashlar::rabbitmq {

enum class Security { plain, tls };

struct Endpoint {
  Security security = Security::plain;
  std::string user = "guest";
  std::string password = "guest";
  std::string host;
  std::uint16_t port = 5672;
  std::string vhost = "/";

  // `name:port`, which is all that is ever shown of it.
  std::string place() const;
};

// `which` names the URL in an error, as in "urls[0]". Throws Error that says what is wrong and where, by a count of
// characters rather than by the text, which may hold a password.
Endpoint parse_url(std::string_view url, std::string_view which);

}  // namespace ashlar::rabbitmq
