#include "interrupt.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ashlar/errors.hpp>
#include <cerrno>
#include <cstring>

namespace ashlar::rabbitmq {

Interrupt::Interrupt() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw Error(fmt::format("the bridge to RabbitMQ: eventfd: {}", std::strerror(errno)));
}

Interrupt::~Interrupt() { ::close(fd_); }

void Interrupt::wake() { ::eventfd_write(fd_, 1); }

void Interrupt::stop() {
  stopping_.store(true);
  wake();
}

bool Interrupt::wait(int fd, short events, Steady::time_point deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - Steady::now());
  const auto timeout = std::clamp(left, milliseconds{0}, milliseconds{3'600'000});
  std::array<pollfd, 2> polled{{{fd_, POLLIN, 0}, {fd, events, 0}}};
  if (::poll(polled.data(), 2, static_cast<int>(timeout.count())) <= 0) return false;
  eventfd_t count = 0;
  if (polled[0].revents != 0) ::eventfd_read(fd_, &count);
  return polled[1].revents != 0;
}

}  // namespace ashlar::rabbitmq
