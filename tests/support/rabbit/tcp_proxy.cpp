#include "tcp_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

constexpr std::size_t most_held = 1024 * 1024;

}  // namespace

TcpProxy::TcpProxy(std::uint16_t target) : target_(target) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || wake_ < 0) {
    throw std::runtime_error("the proxy has no port");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

TcpProxy::~TcpProxy() {
  ending_.store(true);
  wake();
  thread_.join();
  for (Pair& pair : pairs_) close_with_reset(pair);
  ::close(listener_);
  ::close(wake_);
}

void TcpProxy::wake() const { ::eventfd_write(wake_, 1); }

void TcpProxy::pass() {
  mode_.store(Mode::pass);
  delay_ms_.store(0);
  reset_after_.store(0);
  wake();
}

void TcpProxy::refuse() {
  mode_.store(Mode::refuse);
  reset_all();
}

void TcpProxy::reset() { reset_all(); }

// Done when it returns.
void TcpProxy::reset_all() {
  const int mine = ++resets_asked_;
  wake();
  while (resets_done_.load() < mine) std::this_thread::yield();
}

void TcpProxy::silence() {
  mode_.store(Mode::silence);
  wake();
}

void TcpProxy::mute_broker() {
  mode_.store(Mode::mute);
  wake();
}

void TcpProxy::delay(std::chrono::milliseconds each_way) { delay_ms_.store(each_way.count()); }
void TcpProxy::reset_each_after(std::uint64_t bytes) { reset_after_.store(bytes); }

void TcpProxy::accept_one() {
  const int from = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (from < 0) return;
  ++accepted_;
  Pair pair;
  const int to = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(target_);
  pair.up = {from, to, {}, {}, false};
  pair.down = {to, from, {}, {}, false};
  if (mode_.load() == Mode::refuse || ::connect(to, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return close_with_reset(pair);
  }
  pairs_.push_back(std::move(pair));
}

void TcpProxy::close_with_reset(Pair& pair) const {
  const linger at_once{1, 0};
  for (const int fd : {pair.up.from, pair.up.to}) {
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(fd);
  }
}

bool TcpProxy::may_pass(const Pair& pair, const Way& way) const {
  const Mode mode = mode_.load();
  return mode == Mode::pass || (mode == Mode::mute && &way == &pair.up);
}

void TcpProxy::read_some(Pair& pair, Way& way) {
  std::array<char, 65'536> buffer;
  const ssize_t size = ::recv(way.from, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0) {
    way.held.append(buffer.data(), static_cast<std::size_t>(size));
    way.due.emplace_back(Clock::now() + std::chrono::milliseconds{delay_ms_.load()}, static_cast<std::size_t>(size));
  } else if (size == 0) {
    way.ended = true;
  } else if (errno != EAGAIN && errno != EINTR) {
    pair.broken = true;
  }
}

void TcpProxy::write_some(Pair& pair, Way& way) {
  while (!way.due.empty() && way.due.front().first <= Clock::now()) {
    std::size_t wanted = way.due.front().second;
    const std::uint64_t limit = reset_after_.load();
    const bool counted = limit > 0 && &way == &pair.up;
    if (counted && pair.bytes_up + wanted >= limit) {
      wanted = static_cast<std::size_t>(limit - std::min(limit, pair.bytes_up));
      pair.broken = true;  // when these have gone
    }
    const ssize_t size = wanted == 0 ? 0 : ::send(way.to, way.held.data(), wanted, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) {
      pair.broken = pair.broken || (errno != EAGAIN && errno != EINTR);
      return;
    }
    way.held.erase(0, static_cast<std::size_t>(size));
    (&way == &pair.up ? passed_up_ : passed_down_) += static_cast<std::uint64_t>(size);
    if (counted) pair.bytes_up += static_cast<std::uint64_t>(size);
    way.due.front().second -= static_cast<std::size_t>(size);
    if (pair.broken || way.due.front().second > 0) return;
    way.due.erase(way.due.begin());
  }
  if (way.ended && way.due.empty()) ::shutdown(way.to, SHUT_WR);
}

void TcpProxy::run() {
  while (!ending_.load()) {
    std::vector<pollfd> polled{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    int timeout = -1;
    for (Pair& pair : pairs_) {
      for (Way* way : {&pair.up, &pair.down}) {
        const bool passes = may_pass(pair, *way);
        const bool reads = passes && !way->ended && way->held.size() < most_held;
        polled.push_back({reads ? way->from : -1, POLLIN, 0});
        bool writes = false;
        if (passes && !way->due.empty()) {
          const auto left = std::chrono::ceil<std::chrono::milliseconds>(way->due.front().first - Clock::now()).count();
          writes = left <= 0;
          if (!writes) timeout = timeout < 0 ? static_cast<int>(left) : std::min(timeout, static_cast<int>(left));
        }
        polled.push_back({writes ? way->to : -1, POLLOUT, 0});
      }
    }
    ::poll(polled.data(), polled.size(), timeout);
    eventfd_t count = 0;
    if (polled[0].revents != 0) ::eventfd_read(wake_, &count);
    std::size_t at = 2;
    for (Pair& pair : pairs_) {
      for (Way* way : {&pair.up, &pair.down}) {
        if (polled[at++].revents != 0) read_some(pair, *way);
        ++at;
        if (may_pass(pair, *way)) write_some(pair, *way);
      }
    }
    const int asked = resets_asked_.load();
    const bool all = resets_done_.load() < asked;
    pairs_.remove_if([&](Pair& pair) {
      const bool finished = pair.up.ended && pair.down.ended && pair.up.due.empty() && pair.down.due.empty();
      if (!all && !pair.broken && !finished) return false;
      close_with_reset(pair);
      return true;
    });
    resets_done_.store(asked);
    if (polled[1].revents != 0) accept_one();
  }
  resets_done_.store(resets_asked_.load());
}
