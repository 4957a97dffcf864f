#include <map>
#include <set>

#include "library_support.hpp"
#include "rabbit_place.hpp"

using namespace library_test;
using namespace std::chrono_literals;
using namespace ashlar::bridge;
using ashlar::rabbitmq::Consumer;
using ashlar::rabbitmq::ConsumerOptions;
using ashlar::rabbitmq::Publication;
using ashlar::rabbitmq::Publisher;
using Outcome = Sent::Outcome;

namespace {

ConsumerOptions work() { return {.queue = "work", .bindings = {"orders.#"}, .exchange = "events"}; }

// Its queue is there before anything is published.
ashlar::rabbitmq::PublisherOptions shop() {
  return {.name = "shop", .exchange = "events", .queues = topology_of(work()).queues};
}

}  // namespace

TEST_CASE(
    "F1, F2: from a publisher to a consumer nothing is lost or out of order while their lines go again and again") {
  RabbitPlace place;
  place.cut();  // the broker is away when they start
  Publisher publisher(place.options(), shop());
  publisher.describe<Placed>({.key = &Placed::order});
  ConsumerOptions options = work();
  options.threads = 2;
  Consumer consumer(place.options(), options);
  std::mutex mutex;
  std::map<std::string, int> next;
  bool in_order = true;
  consumer.on<Placed>([&](const Placed& event) {
    const std::lock_guard lock(mutex);
    int& expected = next[event.order];
    if (event.number == expected) ++expected;
    in_order = in_order && event.number < expected;
  });
  consumer.start();

  constexpr int rounds = 4;
  constexpr int each = 500;
  std::vector<Publication> publications;
  for (int round = 0; round < rounds; ++round) {
    for (int i = round * each; i < (round + 1) * each; ++i) {
      publications.push_back(publisher.publish(Placed{i % 2 == 0 ? "even" : "odd", i / 2}));
    }
    place.restore();
    const std::size_t some = publications.size() - each / 2;
    REQUIRE(wait_until([&] { return publisher.health().confirmed >= some; }));
    if (round + 1 < rounds) place.cut();
  }
  bool all_confirmed = true;
  for (const Publication& publication : publications) {
    const auto sent = publication.wait(patience);
    all_confirmed = all_confirmed && sent && sent->outcome == Outcome::confirmed;
  }
  CHECK(all_confirmed);
  CHECK(publisher.health().line.connects >= rounds - 1);
  CHECK(wait_until([&] {
    const std::lock_guard lock(mutex);
    return next["even"] == rounds * each / 2 && next["odd"] == rounds * each / 2;
  }));
  CHECK(in_order);
  CHECK(consumer.health().rejected == 0);
  CHECK(wait_until([&] { return consumer.health().healthy(); }));
  // What was published twice is handled once.
  CHECK(wait_until([&] {
    const ashlar::rabbitmq::ConsumerStatus status = consumer.health();
    return place.client().count("work") == 0 && status.waiting + status.running == 0;
  }));
  CHECK(consumer.health().handled == rounds * each);
  consumer.stop();
  CHECK(place.client().count("work") == 0);
}

TEST_CASE("F1, F3: at a broker, what no queue takes is said to be returned, and what fails is with the dead letters") {
  RabbitPlace place;
  Publisher publisher(place.options(), shop());
  ConsumerOptions options = work();
  options.most_tries = 2;
  options.first_pause = 1ms;
  options.longest_pause = 1ms;
  Consumer consumer(place.options(), options);
  Heard heard;
  consumer.on<Placed>([&](const Placed& event) {
    heard.add(std::to_string(event.number));
    if (event.number == 2) throw std::runtime_error("never");
  });
  consumer.start();
  const auto outcome = [](const Publication& publication) { return publication.wait(patience).value().outcome; };
  CHECK(outcome(publisher.publish(Placed{"o", 1})) == Outcome::confirmed);
  CHECK(outcome(publisher.publish(Placed{"o", 2})) == Outcome::confirmed);
  CHECK(outcome(publisher.publish_json("stock.item.reserved", "{}")) == Outcome::returned);
  CHECK((heard.wait_for(3) == std::vector<std::string>{"1", "2", "2"}));
  CHECK(place.client().wait_for("work.dead").body.find("\"number\":2") != std::string::npos);
  place.client().publish("events", "orders.order.placed", "no JSON");
  CHECK(place.client().wait_for("work.dead").body == "no JSON");
  CHECK(consumer.health().rejected == 2);
}

TEST_CASE("F2: a consumer that stops leaves at the broker what it has not handled") {
  RabbitPlace place;
  Publisher publisher(place.options(), shop());
  for (int i = 1; i <= 20; ++i) publisher.publish(Placed{"o", i});
  publisher.stop(patience);
  CHECK(publisher.health().confirmed == 20);
  Gate gate;
  {
    Consumer consumer(place.options(), work());
    consumer.on<Placed>([&](const Placed& event) {
      if (event.number == 3) gate.pass();
    });
    consumer.start();
    REQUIRE(gate.wait_for(1));
    REQUIRE(wait_until([&] { return consumer.health().waiting == 17; }));
    std::thread stops([&] { consumer.stop(patience); });
    CHECK(wait_until([&] { return consumer.health().waiting == 0; }));
    gate.open();
    stops.join();
    CHECK(consumer.health().handled == 3);
  }
  CHECK(wait_until([&] { return place.client().count("work") == 17; }));
}

TEST_CASE("F5: what a publisher and a consumer say of a broker that they cannot reach holds no credentials") {
  TcpProxy proxy(1);
  proxy.refuse();
  const auto log = std::make_shared<ashlar::testing::RecordedLog>();
  ashlar::rabbitmq::Options connection =
      quick_options("amqp://somebody:pass-phrase@127.0.0.1:" + std::to_string(proxy.port()));
  connection.log = ashlar::Log(log, "rabbitmq");
  ashlar::rabbitmq::PublisherOptions options = shop();
  options.log = connection.log;
  options.give_up_after = 1ms;
  Publisher publisher(connection, options);
  Consumer consumer(connection, work());
  consumer.on("#", [](const WireEvent&) {});
  consumer.start();
  CHECK(wait_until([&] { return !publisher.health().line.error.empty() && !consumer.health().line.error.empty(); }));
  const auto sent = publisher.publish(Placed{"o", 1}).wait(patience);
  REQUIRE(sent.has_value());
  CHECK(sent->outcome == Outcome::lost);
  CHECK(wait_until([&] { return log->lines().size() >= 3; }));
  std::string all = sent->reason + publisher.health().line.error + consumer.health().line.error;
  for (const ashlar::testing::LogLine& line : log->lines()) all += line.to_string();
  CHECK(all.find("127.0.0.1") != std::string::npos);
  CHECK(all.find("pass-phrase") == std::string::npos);
  CHECK(all.find("somebody") == std::string::npos);
}
