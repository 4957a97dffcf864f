#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

// Accepts lines, says the same to each at once, and keeps them open or not.
class FakeServer {
 public:
  enum class Afterwards { keep, close };

  explicit FakeServer(std::string says = {}, Afterwards afterwards = Afterwards::keep);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "amqp://guest:secret@127.0.0.1:" + std::to_string(port_); }
  int accepted() const { return accepted_.load(); }

 private:
  void run();

  const std::string says_;
  const Afterwards afterwards_;
  int listener_ = -1;
  int end_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::thread thread_;
};
