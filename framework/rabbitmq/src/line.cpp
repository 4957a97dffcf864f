#include "line.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "failure.hpp"
#include "resolve.hpp"

namespace ashlar::rabbitmq {
namespace {

[[noreturn]] void gone(int error) {
  throw line_failure(error == 0 ? "the broker has closed the line"
                                : fmt::format("the line is gone: {}", std::strerror(error)));
}

void wait_or_stop(int fd, short events, Steady::time_point deadline, Interrupt& interrupt, const char* late) {
  while (!interrupt.wait(fd, events, deadline)) {
    if (interrupt.stopping()) throw Stopped{};
    if (Steady::now() >= deadline) throw line_failure(late);
  }
}

// 0, or the errno.
int connected(int fd, const Address& address, Steady::time_point deadline, Interrupt& interrupt) {
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  while (!interrupt.wait(fd, POLLOUT, deadline)) {
    if (interrupt.stopping()) throw Stopped{};
    if (Steady::now() >= deadline) return ETIMEDOUT;
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

Line::Line(const Endpoint& endpoint, const Tls& tls, Steady::time_point deadline, Interrupt& interrupt) {
  connect(endpoint, deadline, interrupt);
  if (endpoint.security == Security::plain) return;
  try {
    tls_.emplace(tls, endpoint.host);
    shake_hands(deadline, interrupt);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

Line::~Line() { ::close(fd_); }

void Line::connect(const Endpoint& endpoint, Steady::time_point deadline, Interrupt& interrupt) {
  const std::vector<Address> addresses = resolve(endpoint.host, endpoint.port, deadline, interrupt);
  int error = EADDRNOTAVAIL;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const int fd = ::socket(addresses[i].storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
      error = errno;
      continue;
    }
    // Whoever comes later still gets a share of the time.
    const auto now = Steady::now();
    const auto share = (deadline - now) / static_cast<int>(addresses.size() - i);
    try {
      error = connected(fd, addresses[i], now + share, interrupt);
    } catch (...) {
      ::close(fd);
      throw;
    }
    if (error == 0) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      fd_ = fd;
      return;
    }
    ::close(fd);
  }
  throw line_failure(fmt::format("cannot connect: {}", std::strerror(error)));
}

void Line::shake_hands(Steady::time_point deadline, Interrupt& interrupt) {
  std::array<char, 16'384> buffer{};
  while (!tls_->shake_hands()) {
    send_encrypted();
    wait_or_stop(fd_, POLLIN, deadline, interrupt,
                 "the broker accepted the line and then said nothing (TLS handshake)");
    const std::size_t size = receive(buffer);
    tls_->feed(std::span(buffer).first(size));
  }
  send_encrypted();
}

std::size_t Line::receive(std::span<char> buffer) const {
  const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (size > 0) return static_cast<std::size_t>(size);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  gone(size == 0 ? 0 : errno);
}

std::size_t Line::send(std::span<const char> bytes) const {
  const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (size >= 0) return static_cast<std::size_t>(size);
  if (errno == EAGAIN || errno == EINTR) return 0;
  gone(errno);
}

void Line::send_encrypted() {
  tls_->take(encrypted_);
  if (!encrypted_.empty()) encrypted_.erase(0, send(encrypted_));
}

std::size_t Line::read(std::span<char> buffer) {
  if (!tls_) return receive(buffer);
  std::array<char, 16'384> encrypted;  // NOLINT: filled by receive()
  for (;;) {
    const std::size_t size = tls_->read(buffer);
    if (size > 0) return size;
    const std::size_t came = receive(encrypted);
    if (came == 0) return 0;
    tls_->feed(std::span(encrypted).first(came));
  }
}

std::size_t Line::write(std::span<const char> bytes) {
  if (!tls_) return bytes.empty() ? 0 : send(bytes);
  send_encrypted();
  if (holds_back() || bytes.empty()) return 0;
  const auto part = bytes.first(std::min<std::size_t>(bytes.size(), 65'536));
  tls_->write(part);
  send_encrypted();
  return part.size();
}

}  // namespace ashlar::rabbitmq
