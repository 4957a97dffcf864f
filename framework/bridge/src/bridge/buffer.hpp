#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/log.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

namespace ashlar::bridge {

// Events on their way out where there is no durable log: they wait in memory, and each is published at most once. Lost are
// those that find no room (the oldest make way), those that no queue takes, and those whose line goes before the confirm; each is
// counted, and the first of a row is logged. Any thread.
class Buffer {
 public:
  Buffer(std::size_t room, std::size_t window, Log log) : room_(room), window_(window), log_(std::move(log)) {}

  // `broker` outlives this.
  void begin(Broker& broker) { broker_ = &broker; }

  void add(Message message);
  void set_connected(bool connected);

  std::size_t waiting() const;
  std::uint64_t lost() const;

 private:
  void pump();
  void note(const Sent& sent);
  void note_lost(std::string_view reason);

  const std::size_t room_;
  const std::size_t window_;
  const Log log_;
  Broker* broker_ = nullptr;

  mutable std::mutex mutex_;  // guards what follows
  std::deque<Message> waiting_;
  std::size_t open_ = 0;  // published, and nothing heard
  std::uint64_t lost_ = 0;
  bool connected_ = false;
  bool pumping_ = false;  // somebody publishes what waits
  bool losing_ = false;   // the last one was lost
};

}  // namespace ashlar::bridge
