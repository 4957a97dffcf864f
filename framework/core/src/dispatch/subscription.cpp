#include <ashlar/subscription.hpp>

#include "dispatch/observers.hpp"

namespace ashlar {

Subscription::Subscription() = default;
Subscription::Subscription(std::unique_ptr<detail::SubscriptionState> state) : state_(std::move(state)) {}
Subscription::~Subscription() { cancel(); }
Subscription::Subscription(Subscription&&) noexcept = default;

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    state_ = std::move(other.state_);
  }
  return *this;
}

void Subscription::cancel() {
  if (state_) state_->cancel();
  state_.reset();
}

bool Subscription::active() const { return state_ != nullptr && state_->active(); }

Subscription LiveEvents::subscribe(std::string_view pattern, std::function<void(const Envelope&)> handler) {
  return add(pattern, std::move(handler), {}, false);
}

Subscription LiveEvents::subscribe(std::string_view pattern, std::function<void(const Envelope&)> handler,
                                   std::weak_ptr<const void> while_alive) {
  return add(pattern, std::move(handler), std::move(while_alive), true);
}

}  // namespace ashlar
