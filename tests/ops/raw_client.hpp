#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

// A response as it came over the line.
struct Answer {
  int status = 0;                                // 0: the connection ended without one
  std::map<std::string, std::string> headers{};  // names in lower case
  std::string body{};

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

// A client that sends exactly the bytes it is told to, well-formed or not.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;  // the server has seen enough
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void send_no_more() { ::shutdown(socket_, SHUT_WR); }

  // The next response; its body by Content-Length, none where `method` is HEAD.
  Answer receive(std::string_view method = "GET") {
    Answer answer;
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const std::string byte = take(1);
      if (byte.empty()) return answer;
      head += byte;
    }
    answer.status = std::stoi(head.substr(head.find(' ') + 1));
    for (std::size_t at = head.find("\r\n") + 2; at < head.size() - 2;) {
      const std::size_t end = head.find("\r\n", at);
      const std::string line = head.substr(at, end - at);
      std::string name = line.substr(0, line.find(':'));
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      answer.headers[name] = line.substr(std::min(line.size(), line.find(':') + 2));
      at = end + 2;
    }
    if (method != "HEAD" && answer.headers.contains("content-length")) {
      answer.body = take(std::stoul(answer.headers["content-length"]));
    }
    return answer;
  }

  // True when the server has closed and sent nothing more.
  bool ended() { return take(1).empty(); }

 private:
  std::string take(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t taken = 0;
    while (taken < count) {
      const ssize_t n = ::recv(socket_, bytes.data() + taken, count - taken, 0);
      if (n <= 0) break;
      taken += static_cast<std::size_t>(n);
    }
    bytes.resize(taken);
    return bytes;
  }

  int socket_;
  bool connected_ = false;
};

inline Answer ask(std::uint16_t port, std::string_view request, std::string_view method = "GET") {
  RawClient client(port);
  REQUIRE(client.connected());
  client.send(request);
  return client.receive(method);
}

inline Answer get(std::uint16_t port, std::string_view target, std::string_view headers = {}) {
  return ask(port, "GET " + std::string(target) + " HTTP/1.1\r\nHost: here\r\n" + std::string(headers) + "\r\n");
}

inline std::string posting(std::string_view target, std::string_view body,
                           std::string_view headers = "Content-Type: application/json\r\n") {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

inline std::uint16_t port_of(std::string_view url) {
  return static_cast<std::uint16_t>(std::stoi(std::string(url.substr(url.rfind(':') + 1))));
}
