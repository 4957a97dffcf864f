#pragma once

#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "interrupt.hpp"
#include "tls.hpp"
#include "url.hpp"

namespace ashlar::rabbitmq {

// A TCP connection, with TLS or without, that never waits once it is open. One thread. Throws Failure and Stopped.
class Line {
 public:
  // Tries the host's addresses one after the other until `deadline`.
  Line(const Endpoint& endpoint, const Tls& tls, Steady::time_point deadline, Interrupt& interrupt);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // 0: nothing is there. Throws where the other side has closed.
  std::size_t read(std::span<char> buffer);
  // How much was taken.
  std::size_t write(std::span<const char> bytes);
  // What was taken is not all with the system yet: write() again, with nothing, when the socket has room.
  bool holds_back() const { return !encrypted_.empty(); }

  int fd() const { return fd_; }
  bool has_tls() const { return tls_.has_value(); }

 private:
  void connect(const Endpoint& endpoint, Steady::time_point deadline, Interrupt& interrupt);
  void shake_hands(Steady::time_point deadline, Interrupt& interrupt);
  std::size_t receive(std::span<char> buffer) const;
  std::size_t send(std::span<const char> bytes) const;
  void send_encrypted();

  int fd_ = -1;
  std::optional<TlsSession> tls_;
  std::string encrypted_;  // not sent yet
};

}  // namespace ashlar::rabbitmq
