#include "fake_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

FakeServer::FakeServer(std::string says, Afterwards afterwards)
    : says_(std::move(says)),
      afterwards_(afterwards),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      end_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the server has no port");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

FakeServer::~FakeServer() {
  ::eventfd_write(end_, 1);
  thread_.join();
  ::close(listener_);
  ::close(end_);
}

void FakeServer::run() {
  std::vector<int> lines;
  for (;;) {
    std::array<pollfd, 2> polled{{{end_, POLLIN, 0}, {listener_, POLLIN, 0}}};
    ::poll(polled.data(), polled.size(), -1);
    if (polled[0].revents != 0) break;
    const int line = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (line < 0) continue;
    ++accepted_;
    // The greeting is read first: closed with something unread, the line would be reset.
    std::array<char, 8> greeting{};
    ::recv(line, greeting.data(), greeting.size(), MSG_WAITALL);
    ::send(line, says_.data(), says_.size(), MSG_NOSIGNAL);
    if (afterwards_ == Afterwards::keep) {
      lines.push_back(line);
    } else {
      ::close(line);
    }
  }
  for (const int line : lines) ::close(line);
}
