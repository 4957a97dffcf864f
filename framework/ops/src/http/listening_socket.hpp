#pragma once

#include <cstdint>
#include <string>

namespace ashlar::ops {

struct ListeningSocket {
  int fd = -1;  // does not block; the caller closes it
  std::uint16_t port = 0;
};

// Opens a TCP port; 0 is any free one. Throws Error that says what to do.
ListeningSocket open_port(const std::string& address, std::uint16_t port);

}  // namespace ashlar::ops
