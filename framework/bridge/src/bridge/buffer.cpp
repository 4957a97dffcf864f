#include "bridge/buffer.hpp"

#include <utility>

namespace ashlar::bridge {

void Buffer::add(Message message) {
  bool overflows = false;
  {
    const std::lock_guard lock(mutex_);
    overflows = waiting_.size() >= room_;
    if (overflows) waiting_.pop_front();
    waiting_.push_back(std::move(message));
  }
  if (overflows) note_lost("too many events wait for the broker");
  pump();
}

void Buffer::set_connected(bool connected) {
  {
    const std::lock_guard lock(mutex_);
    connected_ = connected;
  }
  pump();
}

std::size_t Buffer::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::uint64_t Buffer::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

// One thread at a time, so that the order is kept; a broker may answer inside publish().
void Buffer::pump() {
  std::unique_lock lock(mutex_);
  if (std::exchange(pumping_, true)) return;
  while (connected_ && open_ < window_ && !waiting_.empty()) {
    Message message = std::move(waiting_.front());
    waiting_.pop_front();
    ++open_;
    lock.unlock();
    broker_->publish(std::move(message), [this](const Sent& sent) { note(sent); });
    lock.lock();
  }
  pumping_ = false;
}

void Buffer::note(const Sent& sent) {
  const bool confirmed = sent.outcome == Sent::Outcome::confirmed;
  {
    const std::lock_guard lock(mutex_);
    --open_;
    if (confirmed) losing_ = false;
  }
  if (!confirmed) note_lost(sent.reason);
  pump();
}

void Buffer::note_lost(std::string_view reason) {
  {
    const std::lock_guard lock(mutex_);
    ++lost_;
    if (std::exchange(losing_, true)) return;
  }
  log_.warning("an event did not leave the process; there is no durable log that keeps it", {{"reason", reason}});
}

}  // namespace ashlar::bridge
