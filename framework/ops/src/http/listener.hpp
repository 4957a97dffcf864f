#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/connection.hpp"

namespace ashlar::ops {

// Accepts clients on a port and gives each to one of a fixed number of threads.
class Listener {
 public:
  // Called on one of the threads; the connection closes when it returns. Must not throw.
  using Serve = std::function<void(Connection& connection)>;

  struct Options {
    std::string address;
    std::uint16_t port = 0;
    std::uint16_t threads = 1;
    ConnectionLimits limits{};
  };

  // The port is open when this returns. Throws Error that says what to do where it cannot be.
  Listener(const Options& options, Serve serve);

  // Stops, and waits without limit for the requests that are being answered, because they use what is destroyed next.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }

  // Closes the port, wakes idle clients and lets the requests that are being answered end. Returns those that have not
  // by then. Once; later calls do nothing.
  std::vector<std::string> stop(std::chrono::steady_clock::time_point deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::uint16_t port_ = 0;
};

// `http://127.0.0.1:8080`; an address that means every interface is shown as localhost.
std::string url_of(std::string_view address, std::uint16_t port);

}  // namespace ashlar::ops
