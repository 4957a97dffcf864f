#pragma once

#include <ashlar/subscription.hpp>
#include <boost/signals2/signal.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace ashlar::detail {

struct SignalSubscription : SubscriptionState {
  explicit SignalSubscription(boost::signals2::connection made) : connection(std::move(made)) {}
  void cancel() override { connection.disconnect(); }
  bool active() const override { return connection.connected(); }

  boost::signals2::connection connection;
};

// A signal of the host that anyone may observe. What an observer throws goes to `on_error` and stays there.
template <class Value>
class Observers {
 public:
  using Observer = std::function<void(const Value&)>;

  explicit Observers(std::function<void()> on_error) : on_error_(std::move(on_error)) {}

  Subscription subscribe(Observer observer) {
    return Subscription(std::make_unique<SignalSubscription>(
        signal_.connect([this, observer = std::move(observer)](const Value& value) {
          try {
            observer(value);
          } catch (...) {
            on_error_();
          }
        })));
  }

  void tell(const Value& value) {
    if (!signal_.empty()) signal_(value);
  }

 private:
  boost::signals2::signal<void(const Value&)> signal_;
  std::function<void()> on_error_;
};

}  // namespace ashlar::detail
