#include <doctest/doctest.h>

#include <ashlar/bridge/wire_format.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "wire_samples.hpp"

using namespace ashlar::bridge;
using Json = nlohmann::ordered_json;

namespace {

// The whole message, as docs/wire-formats.md shows it.
std::string shown(const Message& message) {
  Json all;
  all["routing_key"] = message.routing_key;
  all["properties"] = {{"message_id", message.message_id},
                       {"type", message.type},
                       {"content_type", message.content_type},
                       {"content_encoding", message.content_encoding},
                       {"app_id", message.app_id},
                       {"timestamp", message.timestamp_s.value()}};
  if (!message.correlation_id.empty()) all["properties"]["correlation_id"] = message.correlation_id;
  for (const auto& [name, value] : message.headers) {
    std::visit([&, key = name](const auto& held) { all["headers"][key] = held; }, value);
  }
  all["body"] = Json::parse(message.body);
  return all.dump(2) + "\n";
}

std::string file(const std::string& name) {
  std::ifstream in(std::string(ASHLAR_SOURCE_DIR "/tests/bridge/messages/") + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string body(WireFormat format, const ashlar::Metadata& event, std::string_view data = "{}",
                 const WireOptions& options = {.application = "shop"}) {
  return write(format, event, data, options).body;
}

}  // namespace

TEST_CASE("F6: each format is written to the letter, with its properties and headers") {
  for (const WireFormat format : sample::formats) {
    CAPTURE(name_of(format));
    const std::string name(name_of(format));
    const Message most = write(format, sample::everything(), sample::data, sample::shop());
    CHECK(shown(most) == file(name + ".json"));
    CHECK(Json::parse(most.body).dump() == most.body);
    const Message least = write(format, sample::little(), sample::data, {.application = "shop"});
    CHECK(shown(least) == file(name + ".least.json"));
    CHECK(Json::parse(least.body).dump() == least.body);
  }
}

TEST_CASE("F6: a domain event without optionals leaves them out") {
  CHECK(
      body(WireFormat::domain_event, sample::little()) ==
      R"({"id":"01957a2e-8c40-7d31-9f2a-3b5c7d9e1f20","type":"orders.order.placed","timestamp":"2026-11-20T12:00:00.000Z",)"
      R"("version":"1.0","source":"orders","data":{}})");
}

TEST_CASE("F6: an aggregate without a key has the event's id as its aggregate_id") {
  CHECK(body(WireFormat::aggregate, sample::little()) ==
        R"({"event_id":"01957a2e-8c40-7d31-9f2a-3b5c7d9e1f20","event_type":"orders.order.placed",)"
        R"("aggregate_id":"01957a2e-8c40-7d31-9f2a-3b5c7d9e1f20","aggregate_type":"Order",)"
        R"("timestamp":"2026-11-20T12:00:00.000Z","version":1,"payload":{},"metadata":{"source":"orders"}})");
}

TEST_CASE("F6: a CloudEvent without optionals leaves them out") {
  CHECK(body(WireFormat::cloudevents, sample::little()) ==
        R"({"specversion":"1.0","id":"01957a2e-8c40-7d31-9f2a-3b5c7d9e1f20","source":"/shop/orders",)"
        R"("type":"orders.order.placed","time":"2026-11-20T12:00:00.000Z","datacontenttype":"application/json",)"
        R"("dataversion":1,"data":{}})");
}

TEST_CASE("F6: bare data are written byte for byte") {
  CHECK(body(WireFormat::bare, sample::little(), R"( {"a" : 1.0} )") == R"( {"a" : 1.0} )");
}

TEST_CASE("F6: the aggregate's type is the declared one, or the entity in PascalCase") {
  const auto type_of = [](std::string name, std::string declared) {
    ashlar::Metadata event = sample::little();
    event.name = std::move(name);
    const WireOptions options{.application = "shop", .aggregate_type = std::move(declared)};
    return Json::parse(write(WireFormat::aggregate, event, "{}", options).body)["aggregate_type"].get<std::string>();
  };
  CHECK(type_of("speaker.onboarded", "") == "Speaker");
  CHECK(type_of("orders.order_line.added", "") == "OrderLine");
  CHECK(type_of("a.b.c.d2_e.f", "") == "D2E");
  CHECK(type_of("orders.order.placed", "Purchase") == "Purchase");
}

TEST_CASE("F6: from version 2 on the version is in the routing key, unless one is declared") {
  ashlar::Metadata event = sample::little();
  const auto key = [&](std::string declared) {
    return write(WireFormat::bare, event, "{}", {.application = "shop", .routing_key = std::move(declared)})
        .routing_key;
  };
  CHECK(key("") == "orders.order.placed");
  event.version = 12;
  CHECK(key("") == "orders.order.placed.v12");
  CHECK(key("our.orders") == "our.orders");
  CHECK(body(WireFormat::domain_event, event).find(R"("version":"12.0")") != std::string::npos);
  CHECK(body(WireFormat::aggregate, event).find(R"("version":12)") != std::string::npos);
}

TEST_CASE("F6: absent optionals are no headers and no properties") {
  const Message message = write(WireFormat::bare, sample::little(), "{}", {.application = "shop"});
  CHECK(message.headers.size() == 2);
  CHECK(message.headers.at("version") == HeaderValue(std::int64_t{1}));
  CHECK(message.headers.at("source") == HeaderValue("orders"));
  CHECK(message.correlation_id.empty());
}

TEST_CASE("F6: texts of the metadata are escaped, and what is not UTF-8 is replaced") {
  ashlar::Metadata event = sample::little();
  event.tenant_id = "a\"b\\c\n\x01";
  event.user_id = "J\xFCrgen";
  const Message message = write(WireFormat::domain_event, event, "{}", {.application = "shop"});
  CHECK(message.body.find(R"("tenantId":"a\"b\\c\n\u0001","userId":"J)"
                          "\xEF\xBF\xBD"
                          R"(rgen")") != std::string::npos);
  CHECK(message.headers.at("user-id") == HeaderValue("J\xEF\xBF\xBDrgen"));
}

TEST_CASE("F6: a correlation id that is too long for a property travels as a header") {
  ashlar::Metadata event = sample::little();
  event.correlation_id = std::string(256, 'c');
  const Message message = write(WireFormat::bare, event, "{}", {.application = "shop"});
  CHECK(message.correlation_id.empty());
  CHECK(read(message, {}, sample::received).metadata.correlation_id == event.correlation_id);
}

TEST_CASE("F6: a time before 1970 is no AMQP timestamp") {
  ashlar::Metadata event = sample::little();
  event.time = sample::time("1969-12-31T23:59:59.999Z");
  const Message message = write(WireFormat::domain_event, event, "{}", {.application = "shop"});
  CHECK_FALSE(message.timestamp_s);
  CHECK(read(message, {}, sample::received).metadata.time == event.time);
}

TEST_CASE("F6: formats go by their names in the configuration") {
  for (const auto* name : {"domain-event", "aggregate", "aggregate-camel", "bare", "cloudevents", "auto"}) {
    CHECK(name_of(wire_format(name).value()) == name);
  }
  CHECK_FALSE(wire_format("xml"));
  CHECK_THROWS_AS(write(WireFormat::automatic, sample::little(), "{}", {}), WireError);
}
