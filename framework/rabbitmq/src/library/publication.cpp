#include "library/publication.hpp"

#include <utility>

namespace ashlar::rabbitmq {

namespace {

thread_local int observers_deep = 0;

void call(const std::function<void(const bridge::Sent&)>& observer, const bridge::Sent& sent) {
  ++observers_deep;
  try {
    observer(sent);
  } catch (...) {  // what it throws is its own affair
  }
  --observers_deep;
}

}  // namespace

bool in_an_observer() { return observers_deep > 0; }

void Publication::State::settle(bridge::Sent what) {
  std::vector<std::function<void(const bridge::Sent&)>> called;
  {
    const std::lock_guard lock(mutex);
    sent = std::move(what);
    called.swap(observers);
    known.notify_all();
  }
  for (const auto& observer : called) call(observer, *sent);
}

Publication::Publication(std::shared_ptr<State> state) : state_(std::move(state)) {}

const Uuid& Publication::id() const { return state_->id; }

std::optional<bridge::Sent> Publication::result() const {
  const std::lock_guard lock(state_->mutex);
  return state_->sent;
}

std::optional<bridge::Sent> Publication::wait(std::chrono::milliseconds limit) const {
  std::unique_lock lock(state_->mutex);
  state_->known.wait_for(lock, limit, [this] { return state_->sent.has_value(); });
  return state_->sent;
}

void Publication::then(std::function<void(const bridge::Sent&)> observer) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->sent) {
      state_->observers.push_back(std::move(observer));
      return;
    }
  }
  call(observer, *state_->sent);  // which nobody changes any more
}

}  // namespace ashlar::rabbitmq
