#include "url.hpp"

#include <doctest/doctest.h>

#include <ashlar/errors.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>

using ashlar::rabbitmq::Endpoint;
using ashlar::rabbitmq::parse_url;
using ashlar::rabbitmq::Security;

namespace {

std::string error_of(const std::string& url) {
  try {
    parse_url(url, "urls[0]");
  } catch (const ashlar::Error& error) {
    return error.what();
  }
  return "";
}

std::string refusal_of(const ashlar::rabbitmq::Options& options, const ashlar::bridge::Topology& topology) {
  try {
    ashlar::rabbitmq::make_broker(options, topology);
  } catch (const ashlar::Error& error) {
    return error.what();
  }
  return "";
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a URL that says everything is taken apart") {
  const Endpoint endpoint = parse_url("amqp://us%40er:p%2Fa%3Ass@broker.example:5673/my%2Fhost", "urls[0]");
  CHECK(endpoint.security == Security::plain);
  CHECK(endpoint.user == "us@er");
  CHECK(endpoint.password == "p/a:ss");
  CHECK(endpoint.host == "broker.example");
  CHECK(endpoint.port == 5673);
  CHECK(endpoint.vhost == "my/host");
  CHECK(endpoint.place() == "broker.example:5673");
}

TEST_CASE("what a URL leaves out has the values that everybody expects") {
  const Endpoint plain = parse_url("amqp://h", "urls[0]");
  CHECK(plain.user == "guest");
  CHECK(plain.password == "guest");
  CHECK(plain.port == 5672);
  CHECK(plain.vhost == "/");
  const Endpoint secure = parse_url("AMQPS://u@[::1]", "urls[0]");
  CHECK(secure.security == Security::tls);
  CHECK(secure.user == "u");
  CHECK(secure.password.empty());
  CHECK(secure.port == 5671);
  CHECK(secure.host == "::1");
  CHECK(secure.place() == "[::1]:5671");
  CHECK(parse_url("amqp://h/%2F", "urls[0]").vhost == "/");
  CHECK(parse_url("amqp://u:p@ss@h:1", "urls[0]").password == "p@ss");
  CHECK(parse_url("amqp://u:%c3%bc@h", "urls[0]").password == "\xc3\xbc");
}

TEST_CASE("a URL that is wrong says where, and F5: shows no password") {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "amqp:// or amqps:// is missing"},
      {"http://u:secret@h", "neither amqp nor amqps"},
      {"amqp://u:secret@", "host is missing"},
      {"amqp://u:secret@h:", "port is no number"},
      {"amqp://u:secret@h:0", "port is no number"},
      {"amqp://u:secret@h:65536", "port is no number"},
      {"amqp://u:secret@h:12x", "port is no number"},
      {"amqp://:secret@h", "user in front of the @ is empty"},
      {"amqp://u:secret%2@h", "not followed by two hexadecimal digits"},
      {"amqp://u:secret%zz@h", "not followed by two hexadecimal digits"},
      {"amqp://u:secret%00@h", "%00"},
      {"amqp://u:secret@h/", "is empty"},
      {"amqp://u:secret@h/a/b", "second slash"},
      {"amqp://u:secret@h/a?heartbeat=5", "parameters are not known"},
      {"amqp://u:secret@h?heartbeat=5", "parameters are not known"},
      {"amqp://u:secret@[::1", "] after the IPv6 address is missing"},
      {"amqp://u:secret@[::1]x", "after the ]"},
      {"amqp://u:secret @h", "blank or control character"},
      {"amqp://u:secret/x@h", "port is no number"}};
  for (const auto& [url, problem] : wrong) {
    const std::string error = error_of(url);
    CAPTURE(error);
    CHECK(holds(error, problem));
    CHECK(holds(error, "urls[0]: at character "));
    CHECK(!holds(error, "secret"));
  }
  CHECK(holds(error_of("amqp://host:99999"), "at character 13"));
  CHECK(holds(error_of("amqp://h/" + std::string(256, 'v')), "longer than 255"));
}

TEST_CASE("options and topologies that cannot be are refused before anything begins") {
  const ashlar::rabbitmq::Options good{.urls = {"amqp://127.0.0.1"}};
  const ashlar::bridge::Topology topology{.exchange = "events", .queues = {{.name = "work", .bindings = {"#"}}}};
  CHECK(refusal_of(good, topology).empty());
  const auto refused = [&](auto change) {
    ashlar::rabbitmq::Options options = good;
    ashlar::bridge::Topology changed = topology;
    change(options, changed);
    return refusal_of(options, changed);
  };
  CHECK(holds(refused([](auto& options, auto&) { options.urls.clear(); }), "no URL"));
  CHECK(holds(refused([](auto& options, auto&) { options.urls.push_back("amqp://u:secret@"); }), "urls[1]"));
  CHECK(holds(refused([](auto& options, auto&) { options.window = 0; }), "window"));
  CHECK(holds(refused([](auto& options, auto&) { options.heartbeat = std::chrono::seconds{0}; }), "heartbeat"));
  CHECK(
      holds(refused([](auto& options, auto&) { options.max_backoff = std::chrono::milliseconds{1}; }), "max_backoff"));
  CHECK(holds(refused([](auto& options, auto&) { options.tls.key_file = "k"; }), "belong together"));
  CHECK(holds(refused([](auto&, auto& changed) { changed.exchange.clear(); }), "the exchange has no name"));
  CHECK(holds(refused([](auto&, auto& changed) { changed.exchange = "amq.topic"; }), "amq."));
  CHECK(holds(refused([](auto&, auto& changed) { changed.queues.push_back(changed.queues[0]); }), "twice"));
  CHECK(holds(refused([](auto&, auto& changed) { changed.queues[0].prefetch = 0; }), "prefetch 0"));
}
