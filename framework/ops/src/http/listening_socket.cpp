#include "http/listening_socket.hpp"

#include <ashlar/errors.hpp>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace ashlar::ops {
namespace {

[[noreturn]] void refuse(const std::string& address, std::uint16_t port, int error) {
  const std::string where = "port " + std::to_string(port) + " of " + address;
  if (error == EADDRINUSE) {
    throw Error(where + " is in use: stop the program that has it, or choose another port with --set http.port=" +
                std::to_string(port == 65535 ? 8080 : port + 1) + " (0 takes any free one)");
  }
  if (error == EACCES) {
    throw Error(where + " may not be opened by this user: choose one from 1024 on with --set http.port=8080");
  }
  if (error == EADDRNOTAVAIL) {
    throw Error(address + " is not an address of this machine: choose another with --set http.address=127.0.0.1");
  }
  throw Error(where + " cannot be opened: " + std::generic_category().message(error) +
              " (http.address and http.port choose it)");
}

std::uint16_t port_of(const sockaddr_storage& address) {
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
                                       : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

ListeningSocket open_port(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int failed = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &list); failed != 0) {
    throw Error("http.address '" + address + "' is no address: " + ::gai_strerror(failed) +
                "; 127.0.0.1 is this machine alone, 0.0.0.0 every network it is in");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> first(list, &::freeaddrinfo);

  const int fd = ::socket(first->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) refuse(address, port, errno);
  // Without it a restart would have to wait for the connections of the last run to be forgotten.
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  constexpr int backlog = 128;
  if (::bind(fd, first->ai_addr, first->ai_addrlen) != 0 || ::listen(fd, backlog) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    const int error = errno;
    ::close(fd);
    refuse(address, port, error);
  }
  return {.fd = fd, .port = port_of(bound)};
}

}  // namespace ashlar::ops
