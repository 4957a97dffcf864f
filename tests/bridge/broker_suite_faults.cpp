#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <thread>

#include "broker_suite.hpp"

using namespace ashlar::bridge;
using namespace std::chrono_literals;
using Outcome = Sent::Outcome;

namespace broker_suite {
namespace {

// It may be told of the message later, on the broker's thread.
bool refuses_to_publish(UsedBroker& used) {
  const auto outcome = std::make_shared<std::atomic<Outcome>>(Outcome::confirmed);
  used.broker->publish(text_message("none", ""), [outcome](const Sent& sent) { *outcome = sent.outcome; });
  return *outcome == Outcome::lost;
}

}  // namespace

void away_at_start(BrokerPlace& place) {
  place.cut();
  UsedBroker used(place, one_queue());
  used.begin();
  REQUIRE(used.heard.wait_until([&] { return !used.broker->status().publishing.error.empty(); }));
  std::thread::id told_on;
  Outcome outcome = Outcome::confirmed;
  used.broker->publish(text_message("orders.placed", "too early"), [&](const Sent& sent) {
    told_on = std::this_thread::get_id();
    outcome = sent.outcome;
  });
  CHECK(told_on == std::this_thread::get_id());
  CHECK(outcome == Outcome::lost);
  place.restore();
  used.publish_surely(text_message("orders.placed", "now"));
  REQUIRE(used.wait_for(1));
  CHECK(used.heard.bodies().at(0) == "now");
}

void cut_while_unconfirmed(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.connect();
  place.silence();
  std::atomic<int> lost{0};
  std::atomic<int> told{0};
  for (int i = 0; i < 10; ++i) {
    used.broker->publish(text_message("orders.placed", std::to_string(i)), [&](const Sent& sent) {
      if (sent.outcome == Outcome::lost && !sent.reason.empty()) ++lost;
      ++told;
    });
  }
  CHECK(used.broker->status().unconfirmed == 10);
  place.cut();
  REQUIRE(used.heard.wait_until([&] { return told == 10; }));
  CHECK(lost == 10);
  CHECK(used.heard.wait_until([&] { return used.broker->status().unconfirmed == 0; }));
  place.restore();
  used.publish_surely(text_message("orders.placed", "after"));
  CHECK(used.heard.wait_until([&] {
    const auto bodies = used.heard.bodies();
    return std::find(bodies.begin(), bodies.end(), "after") != bodies.end();
  }));
  CHECK(used.broker->status().publishing.connects >= 2);
}

void unsettled_come_again(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.connect();
  CHECK(used.publish(text_message("orders.placed", "1")).outcome == Outcome::confirmed);
  CHECK(used.publish(text_message("orders.placed", "2")).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(2));
  place.cut();
  REQUIRE(used.heard.wait_until([&] { return used.broker->status().unsettled == 0; }));
  place.restore();
  REQUIRE(used.wait_for(4));
  const std::vector<Incoming> received = used.heard.received();
  CHECK(std::multiset<std::string>{received[2].message.body, received[3].message.body} ==
        std::multiset<std::string>{"1", "2"});
  CHECK(received[2].redelivered);
  CHECK(received[2].receipt.link != received[0].receipt.link);
}

void old_receipts(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.connect();
  CHECK(used.publish(text_message("orders.placed", "1")).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(1));
  place.cut();
  REQUIRE(used.heard.wait_until([&] { return used.broker->status().unsettled == 0; }));
  used.settle(used.heard.received().at(0));
  place.restore();
  REQUIRE(used.wait_for(2));
  used.settle(used.heard.received().at(0));
  used.settle(used.heard.received().at(0), Verdict::reject);
  // Twice the same is no harm either.
  used.settle(used.heard.received().at(1));
  used.settle(used.heard.received().at(1));
  CHECK(used.heard.wait_until([&] { return used.broker->status().unsettled == 0; }));
  used.publish_surely(text_message("orders.placed", "2"));
  REQUIRE(used.wait_for(3));
  CHECK(used.heard.bodies().at(2) == "2");
  CHECK(used.broker->status().consuming.connects == 2);
}

void end_waits_for_confirms(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.heard.on_received = [&](const Incoming& incoming) { used.settle(incoming); };
  used.connect();
  std::atomic<int> confirmed{0};
  for (int i = 0; i < 500; ++i) {
    used.broker->publish(text_message("orders.placed", std::to_string(i)), [&](const Sent& sent) {
      if (sent.outcome == Outcome::confirmed) ++confirmed;
    });
  }
  used.broker->end(30s);
  CHECK(confirmed == 500);
  CHECK(refuses_to_publish(used));
  used.broker->end(30s);
  CHECK(used.broker->status().publishing.state == LinkState::closed);
  CHECK(used.broker->status().consuming.state == LinkState::closed);
}

void end_waits_for_verdicts(BrokerPlace& place) {
  {
    UsedBroker used(place, one_queue("orders.*"));
    used.connect();
    CHECK(used.publish(text_message("orders.placed", "1")).outcome == Outcome::confirmed);
    CHECK(used.publish(text_message("orders.placed", "2")).outcome == Outcome::confirmed);
    REQUIRE(used.wait_for(2));
    std::atomic<bool> ended{false};
    std::thread ending([&] {
      used.broker->end(60s);
      ended = true;
    });
    // It has begun to end when it takes nothing more.
    CHECK(used.heard.wait_until([&] { return refuses_to_publish(used); }));
    used.settle(used.heard.received().at(0));
    CHECK(!ended);
    used.settle(used.heard.received().at(1), Verdict::return_);
    ending.join();
    CHECK(used.broker->status().unsettled == 0);
  }
  UsedBroker next(place, one_queue("orders.*"));
  next.connect();
  REQUIRE(next.wait_for(1));
  CHECK(next.publish(text_message("orders.placed", "3")).outcome == Outcome::confirmed);
  REQUIRE(next.wait_for(2));
  CHECK(next.heard.bodies().at(0) == "2");
  CHECK(next.heard.bodies().at(1) == "3");
}

void end_is_bounded(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.connect();
  CHECK(used.publish(text_message("orders.placed", "never settled")).outcome == Outcome::confirmed);
  REQUIRE(used.wait_for(1));
  place.silence();
  int lost = 0;
  for (int i = 0; i < 10; ++i) {
    used.broker->publish(text_message("orders.placed", std::to_string(i)), [&](const Sent& sent) {
      if (sent.outcome == Outcome::lost) ++lost;
    });
  }
  used.broker->end(200ms);
  CHECK(lost == 10);
  CHECK(used.broker->status().unconfirmed == 0);
}

void end_before_begin(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  Outcome outcome = Outcome::confirmed;
  used.broker->publish(text_message("orders.placed", "too early"), [&](const Sent& sent) { outcome = sent.outcome; });
  CHECK(outcome == Outcome::lost);
  used.broker->end(1s);
  used.broker->end(1s);
  CHECK(used.heard.changes().empty());
}

void end_while_away(BrokerPlace& place) {
  place.cut();
  UsedBroker used(place, one_queue());
  used.begin();
  REQUIRE(used.heard.wait_until([&] { return !used.broker->status().publishing.error.empty(); }));
  const auto begun = std::chrono::steady_clock::now();
  used.broker->end(10min);
  CHECK(std::chrono::steady_clock::now() - begun < 60s);
}

void end_while_publishing(BrokerPlace& place) {
  UsedBroker used(place, one_queue("#", 1000));
  used.heard.on_received = [&](const Incoming& incoming) { used.settle(incoming); };
  used.connect();
  std::atomic<bool> stop{false};
  std::atomic<int> published{0};
  std::atomic<int> told{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 3; ++number) {
    threads.emplace_back([&] {
      while (!stop) {
        ++published;
        used.broker->publish(text_message("orders.placed", "x"), [&](const Sent&) { ++told; });
        if (published - told > 500) std::this_thread::yield();
      }
    });
  }
  REQUIRE(used.wait_for(100));
  std::thread other([&] { used.broker->end(30s); });
  used.broker->end(30s);
  other.join();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(told == published);
  CHECK(used.broker->status().unconfirmed == 0);
  const std::size_t heard = used.heard.changes().size();
  used.broker->pause();
  used.broker->resume();
  used.broker->settle({1, 1}, Verdict::done);
  CHECK(used.heard.changes().size() == heard);
}

void line_flaps(BrokerPlace& place) {
  UsedBroker used(place, one_queue());
  used.heard.on_received = [&](const Incoming& incoming) { used.settle(incoming); };
  used.connect();
  std::set<std::string> confirmed;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i) {
      const std::string body = std::to_string(round) + ":" + std::to_string(i);
      if (i == 10) {
        place.cut();
        place.restore();
      }
      used.publish_surely(text_message("orders.placed", body));
      confirmed.insert(body);
    }
  }
  CHECK(used.heard.wait_until([&] {
    const std::vector<std::string> bodies = used.heard.bodies();
    const std::set<std::string> received(bodies.begin(), bodies.end());
    return std::includes(received.begin(), received.end(), confirmed.begin(), confirmed.end());
  }));
}

}  // namespace broker_suite
