// The library's side of a talk with strangers: the same words as wire_client, by a Publisher and a Consumer.

#include <ashlar/rabbitmq/consumer.hpp>
#include <ashlar/rabbitmq/publisher.hpp>
#include <condition_variable>
#include <exception>
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
using ashlar::rabbitmq::Consumer;
using ashlar::rabbitmq::ConsumerOptions;
using ashlar::rabbitmq::Publisher;

constexpr std::chrono::seconds patience{60};

// Messages that have no time of their own get that of the samples.
class TimeOfTheSamples final : public ashlar::Clock {
 public:
  ashlar::Time now() const override { return sample::received; }
  Steady steady_now() const override { return ashlar::system_clock().steady_now(); }
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, Steady deadline,
                  const std::function<bool()>& ready) override {
    return ashlar::system_clock().wait_until(lock, changed, deadline, ready);
  }
};

struct Talk {
  std::string url, exchange, queue;
  WireFormat format;
  int count;
};

void publish(const Talk& talk) {
  Publisher publisher({.urls = {talk.url}}, {.name = "shop",
                                             .exchange = talk.exchange,
                                             .format = talk.format,
                                             .queues = {{.name = talk.queue, .bindings = {"#"}}}});
  for (int i = 0; i != talk.count; ++i) {
    WireEvent event{.metadata = sample::everything(), .data = std::string(sample::data), .traceparent = {}};
    event.metadata.id = {};
    const auto publication = publisher.publish(event);
    const auto sent = publication.wait(patience);
    if (!sent || sent->outcome != Sent::Outcome::confirmed) {
      throw std::runtime_error("not published: " + (sent ? sent->reason : "nothing was heard"));
    }
    event.metadata.id = publication.id();
    std::cout << as_json(event).dump() << '\n';
  }
}

void consume(const Talk& talk) {
  TimeOfTheSamples clock;
  const ConsumerOptions options{
      .queue = talk.queue, .bindings = {"#"}, .exchange = talk.exchange, .format = talk.format, .clock = &clock};
  std::mutex mutex;
  std::condition_variable changed;
  int left = talk.count;
  Consumer consumer({.urls = {talk.url}}, options);
  consumer.on("#", [&](const WireEvent& event) {
    const std::lock_guard lock(mutex);
    std::cout << as_json(event).dump() << '\n';
    --left;
    changed.notify_all();
  });
  consumer.start();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!consumer.health().healthy()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("no connection");
    pause_between_looks();
  }
  std::cout << "ready" << std::endl;
  std::unique_lock lock(mutex);
  if (!changed.wait_for(lock, patience, [&] { return left == 0; })) throw std::runtime_error("no message");
  lock.unlock();
  consumer.stop(patience);
}

void run(const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"url"}) {
    const RabbitControl& broker = shared_rabbit();
    std::cout << broker.url(broker.add_vhost()) << '\n';
    return;
  }
  if (words.size() != 6)
    throw std::runtime_error("usage: library_client url | publish|consume URL EXCHANGE QUEUE FORMAT COUNT");
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
