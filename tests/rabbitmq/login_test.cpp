#include <doctest/doctest.h>

#include <random>

#include "fake_server.hpp"
#include "processes.hpp"
#include "rabbit_place.hpp"

using namespace ashlar::bridge;
using namespace std::chrono_literals;
using Outcome = Sent::Outcome;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string with_password(const RabbitPlace& place, const std::string& vhost, const std::string& user = "guest") {
  return "amqp://" + user + ":sesame-open@127.0.0.1:" + std::to_string(place.proxy.port()) + "/" + vhost;
}

}  // namespace

TEST_CASE("F2: a closed port is told with host, port and reason, and tried again with growing pauses") {
  const std::uint16_t port = free_ports(1).at(0);
  OneBroker one(quick_options("amqp://u:sesame-open@127.0.0.1:" + std::to_string(port)), one_queue());
  const std::string error = one.wait_for_error("cannot connect");
  CHECK(holds(error, "127.0.0.1:" + std::to_string(port)));
  CHECK(holds(error, "Connection refused"));
  CHECK(one.broker->status().publishing.connects == 0);
  CHECK(!holds(one.all_lines(), "sesame"));
}

TEST_CASE("F2: a host that nobody knows is told by its name, and the end does not wait for the name server") {
  OneBroker one(quick_options("amqp://u:sesame-open@nope.invalid"), one_queue());
  const std::string error = one.wait_for_error("nope.invalid");
  CHECK(holds(error, "nope.invalid"));
  one.broker->end(0ms);
  CHECK(one.broker->status().publishing.state == LinkState::closed);
}

TEST_CASE("F5: a wrong password is told once, without it, and the broker is not hammered") {
  RabbitPlace place;
  ashlar::rabbitmq::Options options = quick_options(with_password(place, place.vhost));
  options.max_backoff = 10min;
  OneBroker one(options, one_queue());
  const std::string error = one.wait_for_error("ACCESS_REFUSED");
  CHECK(holds(error, "403"));
  CHECK(!holds(error, "sesame"));
  REQUIRE(one.heard.wait_until([&] { return !one.broker->status().consuming.error.empty(); }));
  CHECK(one.broker->status().publishing.state == LinkState::waiting);
  // Publishing and consuming have tried once each, and wait for minutes now.
  CHECK(place.proxy.accepted() == 2);
  CHECK(one.lines_with("not connected to RabbitMQ") == 2);
  CHECK(!holds(one.all_lines(), "sesame"));
  const Sent sent = one.publish(text_message("a", "1"));
  CHECK(sent.outcome == Outcome::lost);
  CHECK(!holds(sent.reason, "sesame"));
}

TEST_CASE("F2: what is wrong with the password is tried again, and works when it has been made right") {
  RabbitPlace place;
  const std::string user = "user-" + place.vhost;
  place.broker.ctl({"add_user", user, "another"});
  place.broker.ctl({"set_permissions", "-p", place.vhost, user, ".*", ".*", ".*"});
  OneBroker one(quick_options(with_password(place, place.vhost, user)), one_queue());
  one.wait_for_error("ACCESS_REFUSED");
  place.broker.ctl({"change_password", user, "sesame-open"});
  CHECK(one.wait_until_connected());
  place.broker.ctl({"delete_user", user});
}

TEST_CASE("F4: a virtual host that is missing is told by its name") {
  RabbitPlace place;
  OneBroker one(quick_options(place.broker.url("nowhere")), one_queue());
  const std::string error = one.wait_for_error("530");
  CHECK(holds(error, "NOT_ALLOWED"));
  CHECK(holds(error, "nowhere"));
}

TEST_CASE("F4: a user who may not do something is told what") {
  RabbitPlace place;
  const std::string user = "user-" + place.vhost;
  place.broker.ctl({"add_user", user, "sesame-open"});
  place.broker.ctl({"set_permissions", "-p", place.vhost, user, "", ".*", ".*"});
  OneBroker one(quick_options(with_password(place, place.vhost, user)), one_queue());
  const std::string error = one.wait_for_error("403");
  CHECK(holds(error, "exchange 'events'"));
  CHECK(holds(error, place.vhost));
  place.broker.ctl({"delete_user", user});
}

TEST_CASE("F2: who accepts and then says nothing is given up in time") {
  const FakeServer silent;
  ashlar::rabbitmq::Options options = quick_options(silent.url());
  options.connect_timeout = 100ms;
  OneBroker one(options, one_queue());
  const std::string error = one.wait_for_error("said nothing");
  CHECK(holds(error, "login"));
  // And again, and the end does not wait for it.
  CHECK(one.heard.wait_until([&] { return silent.accepted() >= 4; }));
  options.connect_timeout = 10min;
  OneBroker patient(options, one_queue());
  CHECK(patient.heard.wait_until([&] { return silent.accepted() >= 6; }));
  patient.broker->end(0ms);
}

TEST_CASE("F2: who speaks no AMQP 0-9-1 is told so, and nothing breaks") {
  const std::string start = std::string("\x01\x00\x00", 3);
  std::string noise;
  std::minstd_rand random(7);
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>(random());
  const std::string said[] = {
      std::string("AMQP\x00\x00\x08\x00", 8),
      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
      noise,
      start + std::string("\xff\xff\xff\xff\x00\x0a\x00\x0a", 8),
      start + std::string("\x00\x00\x00\x00\xce", 5),
      start + std::string("\x00\x00\x00\x04\x00\x0a\x00\x0a\xce", 9),
      start + std::string("\x00\x00\x00\x06\x00\x0a\x00\x0a\x00\x09\xce", 11),
      std::string("\x02\x00\x00\x00\x00\x00\x0c\x00\x3c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09\xce", 20),
      std::string("\x08\x00\x00\x00\x00\x00\x00\xce", 8),
      ""};
  for (const std::string& text : said) {
    CAPTURE(text);
    const FakeServer server(text, FakeServer::Afterwards::close);
    OneBroker one(quick_options(server.url()), one_queue());
    CHECK(!one.wait_for_error("127.0.0.1").empty());
    CHECK(one.heard.wait_until([&] { return server.accepted() >= 4; }));
    CHECK(one.broker->status().publishing.connects == 0);
  }
}

TEST_CASE("F2: of several hosts the next one is tried where one does not answer") {
  RabbitPlace place;
  ashlar::rabbitmq::Options options = place.options();
  options.backoff = options.max_backoff = 10min;  // so it does not come round again
  options.urls = {"amqp://127.0.0.1:" + std::to_string(free_ports(1).at(0)), "amqp://nope.invalid", place.url()};
  OneBroker one(options, one_queue());
  CHECK(one.wait_until_connected());
  CHECK(one.broker->status().publishing.host == "127.0.0.1:" + std::to_string(place.proxy.port()));
}
