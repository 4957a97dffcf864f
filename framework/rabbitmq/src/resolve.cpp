#include "resolve.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

struct Question {
  Question() : answered(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Question() { ::close(answered); }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  const int answered;
  std::mutex mutex;
  int error = 0;  // these two guarded by the mutex
  std::vector<Address> addresses;
};

int ask(const std::string& host, std::uint16_t port, int flags, std::vector<Address>& addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return error;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Address address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    addresses.push_back(address);
  }
  ::freeaddrinfo(found);
  return 0;
}

}  // namespace

std::vector<Address> resolve(const std::string& host, std::uint16_t port, Steady::time_point deadline,
                             Interrupt& interrupt) {
  std::vector<Address> numeric;
  if (ask(host, port, AI_NUMERICHOST, numeric) == 0) return numeric;

  auto question = std::make_shared<Question>();
  if (question->answered < 0) throw line_failure(fmt::format("eventfd: {}", std::strerror(errno)));
  std::thread([question, host, port] {
    std::vector<Address> addresses;
    const int error = ask(host, port, 0, addresses);
    const std::lock_guard lock(question->mutex);
    question->error = error;
    question->addresses = std::move(addresses);
    ::eventfd_write(question->answered, 1);
  }).detach();
  while (!interrupt.wait(question->answered, POLLIN, deadline)) {
    if (interrupt.stopping()) throw Stopped{};
    if (Steady::now() >= deadline) {
      throw line_failure(fmt::format("the name server does not say in time what the address of '{}' is", host));
    }
  }
  const std::lock_guard lock(question->mutex);
  if (question->error != 0) {
    throw line_failure(fmt::format("the host '{}' has no address: {}", host, ::gai_strerror(question->error)));
  }
  return std::move(question->addresses);
}

}  // namespace ashlar::rabbitmq
