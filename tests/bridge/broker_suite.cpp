#include "broker_suite.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

using namespace ashlar::bridge;
using namespace std::chrono_literals;
using Outcome = Sent::Outcome;

void HeardBroker::received(Incoming incoming) {
  if (on_received) on_received(incoming);
  const std::lock_guard lock(mutex_);
  received_.push_back(std::move(incoming));
  happened_.notify_all();
}

void HeardBroker::changed(const BrokerStatus& status) {
  const std::lock_guard lock(mutex_);
  changes_.push_back(status);
  happened_.notify_all();
}

std::vector<Incoming> HeardBroker::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

std::vector<std::string> HeardBroker::bodies() const {
  std::vector<std::string> bodies;
  for (const Incoming& incoming : received()) bodies.push_back(incoming.message.body);
  return bodies;
}

std::vector<BrokerStatus> HeardBroker::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

// `holds` may ask what is heard, so it runs without the lock; what is not told here is looked at from time to time.
bool HeardBroker::wait_until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + 40s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::unique_lock lock(mutex_);
    happened_.wait_for(lock, 5ms);
  }
  return true;
}

UsedBroker::UsedBroker(BrokerPlace& place, const Topology& topology) : broker(place.make(topology)) {
  for (const Queue& queue : topology.queues) consumes = consumes || queue.consume == Consume::yes;
}

UsedBroker::~UsedBroker() { broker->end(0ms); }

void UsedBroker::connect() {
  begin();
  REQUIRE(wait_until_connected());
}

bool UsedBroker::is_connected() const {
  const BrokerStatus status = broker->status();
  return status.publishing.state == LinkState::connected &&
         (!consumes || status.consuming.state == LinkState::connected);
}

bool UsedBroker::wait_until_connected() {
  return heard.wait_until([&] { return is_connected(); });
}

bool UsedBroker::wait_for(std::size_t received) {
  return heard.wait_until([&] { return heard.received().size() >= received; });
}

std::vector<Sent> UsedBroker::publish(std::vector<Message> messages) {
  struct Results {
    std::mutex mutex;
    std::vector<Sent> sent;
    std::vector<int> calls;
    std::size_t count = 0;
  };
  const auto results = std::make_shared<Results>();
  results->sent.resize(messages.size());
  results->calls.resize(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    broker->publish(std::move(messages[i]), [results, i](Sent sent) {
      const std::lock_guard lock(results->mutex);
      results->sent[i] = std::move(sent);
      ++results->calls[i];
      ++results->count;
    });
  }
  REQUIRE(heard.wait_until([&] {
    const std::lock_guard lock(results->mutex);
    return results->count >= messages.size();
  }));
  const std::lock_guard lock(results->mutex);
  CHECK(std::all_of(results->calls.begin(), results->calls.end(), [](int calls) { return calls == 1; }));
  return results->sent;
}

Sent UsedBroker::publish(Message message) {
  std::vector<Message> one;
  one.push_back(std::move(message));
  return publish(std::move(one)).at(0);
}

void UsedBroker::publish_surely(Message message) {
  REQUIRE(heard.wait_until([&] { return publish(message).outcome == Outcome::confirmed; }));
}

void UsedBroker::settle(const Incoming& incoming, Verdict verdict) { broker->settle(incoming.receipt, verdict); }

Topology one_queue(const std::string& key, std::uint16_t prefetch) {
  return {.exchange = "events", .queues = {{.name = "work", .bindings = {key}, .prefetch = prefetch}}};
}

Message text_message(const std::string& key, const std::string& body) { return {.routing_key = key, .body = body}; }

namespace {

std::vector<Message> numbered(int count) {
  std::vector<Message> messages;
  for (int i = 0; i < count; ++i) messages.push_back(text_message("orders.placed", std::to_string(i)));
  return messages;
}

bool all_confirmed(const std::vector<Sent>& sent) {
  return std::all_of(sent.begin(), sent.end(), [](const Sent& one) { return one.outcome == Outcome::confirmed; });
}

}  // namespace

namespace broker_suite {

void all_properties(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.connect();
  Message sent{.routing_key = "orders.order.placed",
               .body = std::string("{\"a\":1}\0\xff", 9),
               .message_id = "4c7b1c1e-1111-4222-8333-123456789012",
               .type = "orders.order.placed@2",
               .content_type = "application/json",
               .content_encoding = "utf-8",
               .correlation_id = "c-1",
               .app_id = "shop",
               .timestamp_s = 1'793'000'000,
               .headers = {{"traceparent", "00-abc"}, {"count", std::int64_t{-7}}, {"empty", ""}}};
  CHECK(used.publish(sent).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(1));
  const Incoming got = used.heard.received().at(0);
  CHECK(got.message.routing_key == sent.routing_key);
  CHECK(got.message.body == sent.body);
  CHECK(got.message.message_id == sent.message_id);
  CHECK(got.message.type == sent.type);
  CHECK(got.message.content_type == sent.content_type);
  CHECK(got.message.content_encoding == sent.content_encoding);
  CHECK(got.message.correlation_id == sent.correlation_id);
  CHECK(got.message.app_id == sent.app_id);
  CHECK(got.message.timestamp_s == sent.timestamp_s);
  CHECK((got.message.headers == sent.headers));
  CHECK(got.queue == "work");
  CHECK(got.exchange == "events");
  CHECK(!got.redelivered);
  used.settle(got);
}

void order(BrokerPlace& place) {
  UsedBroker used(place, one_queue("#", 1000));
  used.connect();
  CHECK(all_confirmed(used.publish(numbered(1000))));
  REQUIRE(used.wait_for(1000));
  const std::vector<std::string> bodies = used.heard.bodies();
  std::vector<std::string> expected;
  for (const Message& message : numbered(1000)) expected.push_back(message.body);
  CHECK((bodies == expected));
  CHECK(used.broker->status().unsettled == 1000);
  CHECK(used.broker->status().unconfirmed == 0);
  for (const Incoming& incoming : used.heard.received()) used.settle(incoming);
  CHECK(used.heard.wait_until([&] { return used.broker->status().unsettled == 0; }));
}

void unroutable(BrokerPlace& place) {
  UsedBroker used(place, one_queue("orders.*"));
  used.connect();
  const std::vector<Sent> sent =
      used.publish({text_message("orders.placed", "1"), text_message("stock.reserved", "2"),
                    text_message("orders.shipped", "3"), text_message("stock.reserved", "2")});
  CHECK(sent[0].outcome == Outcome::confirmed);
  CHECK(sent[1].outcome == Outcome::returned);
  CHECK(sent[1].reason.find("stock.reserved") != std::string::npos);
  CHECK(sent[2].outcome == Outcome::confirmed);
  CHECK(sent[3].outcome == Outcome::returned);
  REQUIRE(used.wait_for(2));
  CHECK((used.heard.bodies() == std::vector<std::string>{"1", "3"}));
}

void bindings(BrokerPlace& place) {
  const Topology topology{
      .exchange = "events",
      .queues = {{.name = "one-word", .bindings = {"orders.*"}},
                 {.name = "any", .bindings = {"orders.#"}},
                 {.name = "two", .bindings = {"stock.reserved", "*.order.placed"}, .type = QueueType::classic}}};
  UsedBroker used(place, topology);
  used.connect();
  const std::vector<std::string> keys{"orders", "orders.placed", "orders.order.placed", "stock.reserved",
                                      "stock.order.placed"};
  for (const std::string& key : keys) CHECK(used.publish(text_message(key, key)).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(7));
  std::multiset<std::string> got;
  for (const Incoming& incoming : used.heard.received()) got.insert(incoming.queue + " " + incoming.message.body);
  CHECK((got == std::multiset<std::string>{"one-word orders.placed", "any orders", "any orders.placed",
                                           "any orders.order.placed", "two orders.order.placed", "two stock.reserved",
                                           "two stock.order.placed"}));
}

void only_declared(BrokerPlace& place) {
  Topology topology = one_queue();
  topology.queues[0].consume = Consume::no;
  {
    UsedBroker used(place, topology);
    used.connect();
    CHECK(used.publish(text_message("orders.placed", "kept")).outcome == Outcome::confirmed);
    CHECK(used.broker->status().consuming.state == LinkState::idle);
  }
  UsedBroker later(place, one_queue());
  later.connect();
  REQUIRE(later.wait_for(1));
  CHECK(later.heard.bodies().at(0) == "kept");
}

void prefetch(BrokerPlace& place) {
  UsedBroker used(place, one_queue("#", 5));
  std::atomic<std::size_t> most{0};
  std::atomic<std::size_t> open{0};
  used.heard.on_received = [&](const Incoming&) { most = std::max(most.load(), ++open); };
  used.connect();
  CHECK(all_confirmed(used.publish(numbered(30))));
  for (std::size_t next = 0; next < 30; ++next) {
    REQUIRE(used.wait_for(next + 1));
    const Incoming incoming = used.heard.received().at(next);
    --open;
    used.settle(incoming);
  }
  CHECK(most.load() <= 5);
}

// With a prefetch of 1 each delivery says that the queue has heard of the one before.
void done_is_forgotten(BrokerPlace& place) {
  {
    UsedBroker used(place, one_queue("#", 1));
    used.heard.on_received = [&](const Incoming& incoming) {
      if (incoming.message.body != "the next") used.settle(incoming);
    };
    used.connect();
    CHECK(all_confirmed(used.publish(numbered(50))));
    CHECK(used.publish(text_message("orders.placed", "the next")).outcome == Outcome::confirmed);
    REQUIRE(used.wait_for(51));
    used.broker->end(0s);
  }
  UsedBroker again(place, one_queue());
  again.connect();
  CHECK(again.publish(text_message("orders.placed", "the last")).outcome == Outcome::confirmed);
  REQUIRE(again.wait_for(2));
  CHECK((again.heard.bodies() == std::vector<std::string>{"the next", "the last"}));
}

void rejected_is_dead(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.heard.on_received = [&](const Incoming& incoming) {
    used.settle(incoming, incoming.message.body == "bad" ? Verdict::reject : Verdict::done);
  };
  used.connect();
  CHECK(all_confirmed(used.publish({text_message("orders.placed", "good"), text_message("orders.placed", "bad"),
                                    text_message("orders.placed", "better")})));
  REQUIRE(used.wait_for(3));
  CHECK(place.wait_for_dead("work") == "bad");
  CHECK(used.heard.received().size() == 3);
}

void returned_comes_again(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.heard.on_received = [&](const Incoming& incoming) {
    used.settle(incoming, incoming.redelivered ? Verdict::done : Verdict::return_);
  };
  used.connect();
  CHECK(used.publish(text_message("orders.placed", "again")).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(2));
  CHECK((used.heard.bodies() == std::vector<std::string>{"again", "again"}));
  CHECK(used.heard.received().at(1).redelivered);
}

void refused(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.connect();
  const std::string long_text(256, 'x');
  Message bad_id = text_message("orders.placed", "1");
  bad_id.message_id = long_text;
  Message bad_headers = text_message("orders.placed", "2");
  bad_headers.headers = {{"large", std::string(200'000, 'x')}};
  Message bad_name = text_message("orders.placed", "3");
  bad_name.headers = {{long_text, "x"}};
  const std::vector<Sent> sent = used.publish({text_message("orders.placed", "before"), bad_id, bad_headers, bad_name,
                                               text_message(long_text, "4"), text_message("orders.placed", "after")});
  CHECK(sent.front().outcome == Outcome::confirmed);
  CHECK(sent.back().outcome == Outcome::confirmed);
  for (std::size_t i = 1; i <= 4; ++i) {
    CHECK(sent[i].outcome == Outcome::refused);
    CHECK(!sent[i].reason.empty());
  }
  CHECK(used.broker->status().publishing.connects == 1);
  REQUIRE(used.wait_for(2));
  CHECK((used.heard.bodies() == std::vector<std::string>{"before", "after"}));
}

void empty_body(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.connect();
  CHECK(used.publish(text_message("orders.placed", "")).outcome == Outcome::confirmed);
  CHECK(used.publish(text_message("orders.placed", std::string(400'000, 'y'))).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(2));
  CHECK(used.heard.bodies().at(0).empty());
  CHECK(used.heard.bodies().at(1) == std::string(400'000, 'y'));
}

static bool is_paused(const BrokerStatus& status) { return status.consuming.state == LinkState::paused; }

void pause_and_resume(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.heard.on_received = [&](const Incoming& incoming) { used.settle(incoming); };
  used.connect();
  CHECK(used.publish(text_message("orders.placed", "first")).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(1));
  used.broker->pause();
  // What was on the way still comes; after that another one has the queue for itself.
  CHECK(used.heard.wait_until([&] { return is_paused(used.heard.changes().back()); }));
  UsedBroker other(place, one_queue("#", 1000));
  other.connect();
  CHECK(all_confirmed(used.publish(numbered(20))));
  CHECK(other.wait_for(20));
  CHECK(used.heard.received().size() == 1);
  other.broker->end(0ms);
  used.broker->resume();
  // What the other one never settled is in the queue again.
  REQUIRE(used.wait_for(21));
  CHECK(used.heard.received().at(1).redelivered);
  CHECK(!is_paused(used.broker->status()));
}

void many_threads(BrokerPlace& place) {
  UsedBroker used(place, one_queue("#", 1000));
  used.heard.on_received = [&](const Incoming& incoming) { used.settle(incoming); };
  used.connect();
  constexpr int threads = 4;
  constexpr int each = 250;
  std::atomic<int> confirmed{0};
  std::atomic<int> told{0};
  std::vector<std::thread> publishers;
  for (int number = 0; number < threads; ++number) {
    publishers.emplace_back([&, number] {
      for (int i = 0; i < each; ++i) {
        used.broker->publish(text_message("orders.placed", std::to_string(number) + ":" + std::to_string(i)),
                             [&](const Sent& sent) {
                               if (sent.outcome == Outcome::confirmed) ++confirmed;
                               ++told;
                             });
      }
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  REQUIRE(used.heard.wait_until([&] { return told == threads * each; }));
  CHECK(confirmed == threads * each);
  REQUIRE(used.wait_for(threads * each));
  const std::vector<std::string> bodies = used.heard.bodies();
  CHECK(std::set<std::string>(bodies.begin(), bodies.end()).size() == threads * each);
  // Of each thread in its order.
  std::vector<int> next(threads);
  for (const std::string& body : bodies) {
    const std::size_t colon = body.find(':');
    CHECK(std::stoi(body.substr(colon + 1)) == next[std::stoul(body.substr(0, colon))]++);
  }
}

void tells_changes(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  CHECK(used.broker->status().publishing.state == LinkState::idle);
  used.connect();
  place.cut();
  REQUIRE(used.heard.wait_until([&] {
    const BrokerStatus status = used.broker->status();
    return !status.publishing.error.empty() && !status.consuming.error.empty();
  }));
  place.restore();
  REQUIRE(used.wait_until_connected());
  const BrokerStatus status = used.broker->status();
  CHECK(status.publishing.connects == 2);
  CHECK(status.consuming.connects == 2);
  CHECK(status.publishing.error.empty());
  CHECK(!status.publishing.host.empty());
  used.broker->end(5s);
  CHECK(used.broker->status().publishing.state == LinkState::closed);
  std::vector<LinkState> states;
  for (const BrokerStatus& change : used.heard.changes()) {
    if (states.empty() || states.back() != change.publishing.state) states.push_back(change.publishing.state);
  }
  for (const LinkState state : {LinkState::connected, LinkState::waiting, LinkState::closed}) {
    CHECK(std::find(states.begin(), states.end(), state) != states.end());
  }
}

}  // namespace broker_suite
