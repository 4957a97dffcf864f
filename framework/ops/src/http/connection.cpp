#include "http/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace ashlar::ops {

using std::chrono::steady_clock;

Connection::Connection(int socket, const ConnectionLimits& limits, Connections& all)
    : socket_(socket), limits_(limits), all_(all) {
  const std::lock_guard lock(all_.mutex_);
  all_.open_.push_back(this);
}

Connection::~Connection() {
  {
    const std::lock_guard lock(all_.mutex_);
    std::erase(all_.open_, this);
  }
  ::close(socket_);
}

bool Connection::await_request() {
  if (!all_.enter(*this, State::idle)) return false;
  if (used_ == buffer_.size() && !fill(steady_clock::now() + limits_.keep_alive_timeout)) return false;
  deadline_ = steady_clock::now() + limits_.receive_timeout;
  in_head_ = true;
  head_.clear();
  return all_.enter(*this, State::receiving);
}

std::string Connection::head_received() {
  in_head_ = false;
  return std::exchange(head_, {});
}

void Connection::answering(std::string what) {
  all_.enter(*this, State::answering, std::move(what));
  deadline_ = steady_clock::time_point::max();
}

ssize_t Connection::read(char* data, std::size_t size) {
  if (trouble_ != Trouble::none) return -1;
  if (used_ == buffer_.size() && !fill(deadline_)) return trouble_ == Trouble::ended ? 0 : -1;
  std::size_t length = std::min(size, buffer_.size() - used_);
  if (in_head_) {
    if (head_.size() >= limits_.head_bytes) {
      trouble_ = Trouble::head_too_large;
      return -1;
    }
    length = std::min(length, limits_.head_bytes - head_.size());
    head_.append(buffer_, used_, length);
  }
  std::memcpy(data, buffer_.data() + used_, length);
  used_ += length;
  return static_cast<ssize_t>(length);
}

// Its own deadline, and not the request's: a handler may have taken long.
ssize_t Connection::write(const char* data, std::size_t size) {
  const Deadline deadline = steady_clock::now() + limits_.send_timeout;
  std::size_t written = 0;
  while (written < size) {
    const ssize_t n = ::send(socket_, data + written, size - written, MSG_NOSIGNAL);
    if (n >= 0) {
      written += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      if (!wait(POLLOUT, deadline)) return -1;
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return static_cast<ssize_t>(written);
}

bool Connection::readable() { return used_ < buffer_.size() || wait(POLLIN, steady_clock::now()); }

bool Connection::crowded() const { return all_.crowded(); }

bool Connection::fill(Deadline deadline) {
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t n = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (n > 0) {
      buffer_.assign(bytes.data(), static_cast<std::size_t>(n));
      used_ = 0;
      return true;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n == 0 || errno != EAGAIN) {
      trouble_ = Trouble::ended;
      return false;
    }
    if (!wait(POLLIN, deadline)) {
      trouble_ = Trouble::timed_out;
      return false;
    }
  }
}

bool Connection::wait(short events, Deadline deadline) const {
  pollfd waited{.fd = socket_, .events = events, .revents = 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    const int ready = ::poll(&waited, 1, static_cast<int>(std::clamp<long long>(left, 0, 1'000'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && steady_clock::now() >= deadline) return false;
  }
}

void Connection::close_gently() {
  // Bytes that were never read would turn the close into a reset, which takes the answer away from the client.
  constexpr std::size_t most = 4 * 1024 * 1024;
  const Deadline deadline = steady_clock::now() + std::chrono::milliseconds(1000);
  ::shutdown(socket_, SHUT_WR);
  if (trouble_ == Trouble::ended || !all_.enter(*this, State::receiving)) return;
  trouble_ = Trouble::none;
  for (std::size_t read = 0; read < most && steady_clock::now() < deadline && fill(deadline);) read += buffer_.size();
}

bool Connections::enter(Connection& connection, Connection::State state, std::string what) {
  const std::lock_guard lock(mutex_);
  if (state != Connection::State::answering && (closing_ || connection.interrupted_)) return false;
  connection.state_ = state;
  connection.since_ = steady_clock::now();
  connection.served_ = connection.served_ || state == Connection::State::answering;
  connection.answering_ = std::move(what);
  return true;
}

void Connections::interrupt(Connection& connection) {
  connection.interrupted_ = true;
  ::shutdown(connection.socket_, SHUT_RD);
}

void Connections::make_room() {
  constexpr std::chrono::milliseconds moment{1'000};
  const std::lock_guard lock(mutex_);
  const auto now = steady_clock::now();
  Connection* longest = nullptr;
  for (Connection* connection : open_) {
    if (connection->state_ != Connection::State::idle || connection->interrupted_) continue;
    if (!connection->served_ && now - connection->since_ < moment) continue;
    if (longest == nullptr || connection->since_ < longest->since_) longest = connection;
  }
  if (longest != nullptr) interrupt(*longest);
}

void Connections::close_all() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  for (Connection* connection : open_) {
    if (connection->state_ != Connection::State::answering) interrupt(*connection);
  }
}

std::vector<std::string> Connections::answering() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const Connection* connection : open_) {
    if (connection->state_ == Connection::State::answering) all.push_back(connection->answering_);
  }
  return all;
}

}  // namespace ashlar::ops
