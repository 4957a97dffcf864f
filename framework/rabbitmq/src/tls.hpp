#pragma once

#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace ashlar::rabbitmq {

// TLS 1.2 or newer over bytes that somebody else carries, so that nothing in it ever waits. The broker's certificate
// and its name (or IP address) are always verified. Throws Failure.
class TlsSession {
 public:
  TlsSession(const Tls& tls, const std::string& host);
  ~TlsSession();

  // True when both sides have agreed. Before that, read() and write() may not be called.
  bool shake_hands();

  // What came from the line.
  void feed(std::span<const char> encrypted);
  // Bytes for us; 0: more has to be fed. Throws where the broker has closed.
  std::size_t read(std::span<char> plain);
  void write(std::span<const char> plain);
  // Moves what is to go to the line to the end of `encrypted`.
  void take(std::string& encrypted);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ashlar::rabbitmq
