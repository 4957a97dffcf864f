#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "interrupt.hpp"

namespace ashlar::rabbitmq {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// All addresses of `host`, which the system's resolver may take as long as it likes to find: a thread of its own asks
// it, and is left behind where `deadline` or the end of the link comes first. Throws Failure or Stopped.
std::vector<Address> resolve(const std::string& host, std::uint16_t port, Steady::time_point deadline,
                             Interrupt& interrupt);

}  // namespace ashlar::rabbitmq
