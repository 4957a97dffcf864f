#include "http/listener.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "http/listening_socket.hpp"

namespace ashlar::ops {

// Shared with the threads, so that a thread that outlasts the stop still finds it.
struct Listener::State {
  State(const Options& options, Serve serve_with) : serve(std::move(serve_with)), limits(options.limits) {}
  ~State() {
    for (const int socket : waiting) ::close(socket);
    if (wake >= 0) ::close(wake);
    if (port.fd >= 0) ::close(port.fd);
  }

  void accept_clients();
  void take(int socket);
  void work();
  void count() { connections.set_crowded(waiting.size() > free_threads); }

  const Serve serve;
  const ConnectionLimits limits;
  Connections connections;
  ListeningSocket port;
  int wake = -1;
  std::thread acceptor;

  std::mutex mutex;  // of everything below
  std::condition_variable changed;
  std::deque<int> waiting;
  std::size_t free_threads = 0;
  std::size_t running_threads = 0;
  bool stopping = false;
};

void Listener::State::accept_clients() {
  constexpr int look_again_ms = 100;
  std::array<pollfd, 2> watched{pollfd{.fd = port.fd, .events = POLLIN, .revents = 0},
                                pollfd{.fd = wake, .events = POLLIN, .revents = 0}};
  int timeout = -1;
  for (;;) {
    ::poll(watched.data(), watched.size(), timeout);
    if (watched[1].revents != 0) return;
    const int socket = ::accept4(port.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) take(socket);
    // Without a descriptor for it the client stays in the kernel's list, and the port readable: look at the wake alone.
    watched[0].events = socket < 0 && (errno == EMFILE || errno == ENFILE) ? 0 : POLLIN;

    const std::lock_guard lock(mutex);
    timeout = connections.crowded() || watched[0].events == 0 ? look_again_ms : -1;
    if (connections.crowded()) connections.make_room();
  }
}

void Listener::State::take(int socket) {
  constexpr std::size_t most_waiting = 1024;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::lock_guard lock(mutex);
  if (waiting.size() >= most_waiting) {
    ::close(socket);
    return;
  }
  waiting.push_back(socket);
  count();
  changed.notify_all();
}

void Listener::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    ++free_threads;
    count();
    changed.wait(lock, [this] { return stopping || !waiting.empty(); });
    --free_threads;
    if (stopping) break;
    const int socket = waiting.front();
    waiting.pop_front();
    count();
    lock.unlock();
    {
      Connection connection(socket, limits, connections);
      serve(connection);
    }
    lock.lock();
  }
  --running_threads;
  changed.notify_all();
}

Listener::Listener(const Options& options, Serve serve) : state_(std::make_shared<State>(options, std::move(serve))) {
  State& state = *state_;
  state.port = open_port(options.address, options.port);
  port_ = state.port.port;
  state.wake = ::eventfd(0, EFD_CLOEXEC);
  for (std::uint16_t i = 0; i < options.threads; ++i) {
    {
      const std::lock_guard lock(state.mutex);
      ++state.running_threads;
    }
    std::thread([shared = state_] { shared->work(); }).detach();
  }
  state.acceptor = std::thread([&state] { state.accept_clients(); });
}

Listener::~Listener() {
  stop(std::chrono::steady_clock::now());
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->running_threads == 0; });
}

std::vector<std::string> Listener::stop(std::chrono::steady_clock::time_point deadline) {
  State& state = *state_;
  if (!state.acceptor.joinable()) return {};
  ::eventfd_write(state.wake, 1);
  state.acceptor.join();
  ::close(std::exchange(state.port.fd, -1));
  std::unique_lock lock(state.mutex);
  state.stopping = true;
  state.changed.notify_all();
  lock.unlock();
  state.connections.close_all();
  lock.lock();
  if (state.changed.wait_until(lock, deadline, [&] { return state.running_threads == 0; })) return {};
  lock.unlock();
  return state.connections.answering();
}

std::string url_of(std::string_view address, std::uint16_t port) {
  std::string host(address);
  if (host == "0.0.0.0" || host == "::") {
    host = "localhost";
  } else if (host.find(':') != std::string::npos) {
    host = "[" + host + "]";
  }
  return "http://" + host + ":" + std::to_string(port);
}

}  // namespace ashlar::ops
