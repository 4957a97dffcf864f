// The bridge's side of a talk with strangers, for scripts; each prints its events as lines of JSON.
//
//   wire_client url                                     a new virtual host of the tests' broker
//   wire_client publish URL EXCHANGE QUEUE FORMAT COUNT publishes to the exchange, to which it has bound the queue
//   wire_client consume URL EXCHANGE QUEUE FORMAT COUNT says "ready" when the queue is bound; reads as FORMAT and auto

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/clock.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <future>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "../bridge/wire_samples.hpp"
#include "patience.hpp"
#include "rabbit_server.hpp"
#include "wire_json.hpp"

namespace {

using namespace ashlar::bridge;
constexpr std::chrono::seconds patience{60};

struct Talk {
  std::string url, exchange, queue;
  WireFormat format;
  int count;

  std::unique_ptr<Broker> broker(Consume consume) const {
    const Queue wanted{.name = queue, .bindings = {"#"}, .consume = consume};
    return ashlar::rabbitmq::make_broker({.urls = {url}}, {.exchange = exchange, .queues = {wanted}});
  }
};

class Inbox final : public BrokerListener {
 public:
  void received(Incoming message) override {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    changed_.notify_all();
  }

  void changed(const BrokerStatus& status) override {
    const std::lock_guard lock(mutex_);
    connected_ |= status.consuming.state == LinkState::connected;
    changed_.notify_all();
  }

  void wait_until_connected() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return connected_; })) throw std::runtime_error("no connection");
  }

  Incoming take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return !messages_.empty(); })) throw std::runtime_error("no message");
    Incoming message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Incoming> messages_;
  bool connected_ = false;
};

void publish(const Talk& talk) {
  Inbox inbox;
  const auto broker = talk.broker(Consume::no);
  broker->begin(inbox);
  for (int i = 0; i != talk.count; ++i) {
    ashlar::Metadata event = sample::everything();
    event.id = ashlar::Uuid::v7(ashlar::system_clock().now().time_since_epoch().count());
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      std::promise<Sent> sent;
      broker->publish(write(talk.format, event, sample::data, sample::shop()),
                      [&](Sent what) { sent.set_value(what); });
      const Sent what = sent.get_future().get();
      if (what.outcome == Sent::Outcome::confirmed) break;
      // Lost is what is published before there is a connection.
      if (what.outcome != Sent::Outcome::lost || std::chrono::steady_clock::now() > deadline) {
        throw std::runtime_error("not published: " + what.reason);
      }
      pause_between_looks();
    }
    std::cout << as_json({event, std::string(sample::data), {}}).dump() << '\n';
  }
  broker->end(patience);
}

void consume(const Talk& talk) {
  Inbox inbox;
  const auto broker = talk.broker(Consume::yes);
  broker->begin(inbox);
  inbox.wait_until_connected();
  std::cout << "ready" << std::endl;
  for (int i = 0; i != talk.count; ++i) {
    const Incoming incoming = inbox.take();
    const auto event = [&](WireFormat format) {
      return as_json(read(incoming.message, {.format = format}, sample::received)).dump();
    };
    const std::string text = event(talk.format);
    if (event(WireFormat::automatic) != text) throw std::runtime_error("recognized as another event: " + text);
    std::cout << text << '\n';
    broker->settle(incoming.receipt, Verdict::done);
  }
  broker->end(patience);
}

void run(const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"url"}) {
    const RabbitControl& broker = shared_rabbit();
    std::cout << broker.url(broker.add_vhost()) << '\n';
    return;
  }
  if (words.size() != 6)
    throw std::runtime_error("usage: wire_client url | publish|consume URL EXCHANGE QUEUE FORMAT COUNT");
  const Talk talk{words[1], words[2], words[3], wire_format(words[4]).value(), std::stoi(words[5])};
  return words[0] == "publish" ? publish(talk) : consume(talk);
}

}  // namespace

int main(int count, char** words) {
  try {
    run({words + 1, words + count});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
