#include <ashlar/host.hpp>

#include <fmt/format.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

namespace ashlar {
namespace {

// A signal handler can reach nothing but globals; StopOnSignals says that there is one at a time.
std::atomic<int> wake_fd{-1};
std::atomic<int> signals_seen{0};

static_assert(std::atomic<int>::is_always_lock_free, "signal handlers need lock-free atomics");

void wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd.load(), &one, sizeof one);
}

extern "C" void ashlar_on_stop_signal(int number) {
  if (signals_seen.fetch_add(1) > 0) ::_exit(128 + number);
  const int error = errno;
  wake();
  errno = error;
}

}  // namespace

struct StopOnSignals::State {
  struct sigaction old_interrupt {};
  struct sigaction old_terminate {};
  std::atomic<bool> ending{false};
  std::thread waiter;
};

StopOnSignals::StopOnSignals(ModuleHost& host) : state_(std::make_unique<State>()) {
  int none = -1;
  const int fd = ::eventfd(0, EFD_CLOEXEC);
  if (fd < 0) throw Error(fmt::format("eventfd: {}", std::strerror(errno)));
  if (!wake_fd.compare_exchange_strong(none, fd)) {
    ::close(fd);
    throw Error("there is a StopOnSignals in this process already");
  }
  signals_seen = 0;
  state_->waiter = std::thread([&host, state = state_.get(), fd] {
    std::uint64_t count = 0;
    while (::read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
    if (!state->ending) host.request_stop();
  });
  struct sigaction action {};
  action.sa_handler = &ashlar_on_stop_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, &state_->old_interrupt);
  ::sigaction(SIGTERM, &action, &state_->old_terminate);
}

StopOnSignals::~StopOnSignals() {
  ::sigaction(SIGINT, &state_->old_interrupt, nullptr);
  ::sigaction(SIGTERM, &state_->old_terminate, nullptr);
  state_->ending = true;
  wake();
  state_->waiter.join();
  ::close(wake_fd.exchange(-1));
}

}  // namespace ashlar
