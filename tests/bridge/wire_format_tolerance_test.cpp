#include <doctest/doctest.h>

#include <ashlar/bridge/wire_format.hpp>
#include <string>

#include "wire_samples.hpp"

using namespace ashlar::bridge;

namespace {

// A domain event with these members beside its type and data.
Message with(const std::string& members) {
  return sample::stranger("any", R"({"type":"orders.order.placed","data":{},"source":"s",)" + members + "}");
}

ashlar::Metadata read_with(const std::string& members) { return read(with(members), {}, sample::received).metadata; }

}  // namespace

TEST_CASE("F6: a version is read as text or number, with or without what is behind its point") {
  for (const char* version : {"\"2.0\"", "\"2\"", "2", "2.0", "2.7", "\"2.0.1\"", "\"v2\""}) {
    CAPTURE(version);
    CHECK(read_with(std::string(R"("version":)") + version).version == 2);
  }
  CHECK(read_with(R"("version":null)").version == 1);
  for (const char* version : {"\"\"", "\"two\"", "0", "-1", "\"2.\"", "\"2.x\"", "99999999999", "2e0", "true", "[2]"}) {
    CAPTURE(version);
    CHECK(
        sample::problem_of(with(std::string(R"("version":)") + version)).rfind("version: expected a version like", 0) ==
        0);
  }
}

TEST_CASE("F6: a time is read with or without seconds, fraction and zone") {
  for (const char* text :
       {"2026-11-20T12:00:00.000Z", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00", "2026-11-20 12:00:00",
        "2026-11-20T12:00", "2026-11-20T12:00:00.000000999", "2026-11-20T13:00:00+01:00", "2026-11-20T11:00:00-0100",
        "2026-11-20T13:00+01", "2026-11-20t12:00:00z"}) {
    CAPTURE(text);
    CHECK(read_with(std::string(R"("timestamp":")") + text + "\"").time == sample::time("2026-11-20T12:00:00.000Z"));
  }
  CHECK(read_with(R"("timestamp":"2026-11-20")").time == sample::time("2026-11-20T00:00:00.000Z"));
  for (const char* value : {"\"\"", "\"yesterday\"", "\"2026-13-20T12:00:00Z\"", "\"2026-11-20T12:00:00+1\"",
                            "1700000000", "{}", "\"2026-11-20Z\""}) {
    CAPTURE(value);
    CHECK(sample::problem_of(with(std::string(R"("timestamp":)") + value)).rfind("timestamp: expected a time", 0) == 0);
  }
}

TEST_CASE("F6: where the body says no time the property does, also in milliseconds, and else it is when it came") {
  Message message = with(R"("id":"1")");
  CHECK(read(message, {}, sample::received).metadata.time == sample::received);
  message.timestamp_s = 1'700'000'000;
  CHECK(read(message, {}, sample::received).metadata.time == sample::time("2023-11-14T22:13:20.000Z"));
  message.timestamp_s = 1'700'000'000'123;
  CHECK(read(message, {}, sample::received).metadata.time == sample::time("2023-11-14T22:13:20.123Z"));
  for (const std::int64_t no_time : {std::int64_t{-1}, INT64_MAX}) {
    message.timestamp_s = no_time;
    CHECK(read(message, {}, sample::received).metadata.time == sample::received);
  }
}

// Python: uuid.uuid5(uuid.UUID("8f1d6a52-0c3b-4e7d-9a64-2e5b71c930fe"), "order-17")
TEST_CASE("F6: an id that is no UUID becomes the same UUID each time") {
  CHECK(read_with(R"("id":"order-17")").id.to_string() == "42785d6b-89c7-5fd9-971c-4c6cd1882230");
  CHECK(read_with(R"("id":17)").id == read_with(R"("id":"17")").id);
  CHECK(read_with(R"("id":"order-18")").id != read_with(R"("id":"order-17")").id);
  CHECK(read_with(R"("id":"01957A2E-8C40-7D31-9F2A-3B5C7D9E1F20")").id == sample::everything().id);
}

TEST_CASE("F6: without an id the message's bytes make one, the same for the same message alone") {
  Message message = sample::stranger("user.created", R"({"a":1})");
  const auto id = [&] { return read(message, {}, sample::received + std::chrono::hours{1}).metadata.id; };
  const ashlar::Uuid first = read(message, {}, sample::received).metadata.id;
  CHECK(id() == first);
  message.headers.emplace("x-death", "[]");
  CHECK(id() == first);
  message.timestamp_s = 5;
  CHECK(id() != first);
  message.timestamp_s.reset();
  message.routing_key = "user.updated";
  CHECK(id() != first);
  message.routing_key = "user.created";
  message.body = R"({"a":2})";
  CHECK(id() != first);
  message.message_id = "m-1";
  const ashlar::Uuid by_property = id();
  message.body = R"({"a":3})";
  CHECK(id() == by_property);
}

TEST_CASE("F6: ids that are empty, null or all zeros are none") {
  for (const char* value : {"\"\"", "null", "\"00000000-0000-0000-0000-000000000000\""}) {
    Message message = with(std::string(R"("id":)") + value);
    message.message_id = "m-1";
    CHECK(read(message, {}, sample::received).metadata.id == read_with(R"("id":"m-1")").id);
  }
}

TEST_CASE("F6: names are read in snake_case and camelCase, beside the data and in metadata") {
  const auto check = [](const std::string& members) {
    CAPTURE(members);
    const ashlar::Metadata event = read_with(members);
    CHECK(event.correlation_id == "c");
    CHECK(event.causation_id == "b");
    CHECK(event.tenant_id == "t");
    CHECK(event.user_id == "u");
  };
  check(R"("correlationId":"c","causationId":"b","tenantId":"t","userId":"u")");
  check(R"("correlation_id":"c","causation_id":"b","tenant_id":"t","user_id":"u")");
  check(R"("CorrelationId":"c","CausationId":"b","TenantID":"t","UserID":"u")");
  check(R"("metadata":{"correlationId":"c","causation_id":"b","tenantId":"t","user_id":"u"})");
  check(
      R"("correlationId":"c","tenantId":"t","metadata":{"correlationId":"no","causationId":"b","tenantId":"no","userId":"u"})");
}

TEST_CASE("F6: integers are read where ids are texts") {
  const ashlar::Metadata event = read_with(R"("tenantId":5,"user_id":9007199254740993,"aggregate_id":7)");
  CHECK(event.tenant_id == "5");
  CHECK(event.user_id == "9007199254740993");
  CHECK(event.key == "7");
}

TEST_CASE("F6: what the body does not say is in properties and headers") {
  Message message = sample::stranger("orders.order.placed.v2", R"({"a":1})");
  message.message_id = "01957a2e-8c40-7d31-9f2a-3b5c7d9e1f20";
  message.correlation_id = "c";
  message.app_id = "billing";
  message.headers = {{"causation_id", "b"}, {"tenantId", "t"}, {"user-id", std::int64_t{5}}, {"aggregate_id", "k"}};
  const ashlar::Metadata event = read(message, {}, sample::received).metadata;
  CHECK(event.id == sample::everything().id);
  CHECK(event.name == "orders.order.placed");
  CHECK(event.version == 2);
  CHECK(event.source == "billing");
  CHECK(event.correlation_id == "c");
  CHECK(event.causation_id == "b");
  CHECK(event.tenant_id == "t");
  CHECK(event.user_id == "5");
  CHECK(event.key == "k");
}

TEST_CASE("F6: the header version is read as text or integer") {
  Message message = sample::stranger("a.b", "{}");
  for (const HeaderValue& value : {HeaderValue("3"), HeaderValue("3.0"), HeaderValue(std::int64_t{3})}) {
    message.headers["version"] = value;
    CHECK(read(message, {}, sample::received).metadata.version == 3);
  }
  message.headers["version"] = "new";
  CHECK(sample::problem_of(message) == "header version: expected a version like 1, got \"new\"");
}

TEST_CASE("F6: unknown members are ignored, whatever they hold") {
  const WireEvent event =
      read(with(R"("id":"1","schemaUrl":{"a":[1,{"data":2}]},"$type":null,"dataX":5,"a-very-long-name-of-a-member":1)"),
           {}, sample::received);
  CHECK(event.data == "{}");
}

TEST_CASE("F6: the type is that of the property or of the routing key where the body does not say it") {
  const ReadOptions options{.format = WireFormat::domain_event};
  Message message = sample::stranger("orders.order.placed.v2", R"({"id":"1","data":{}})");
  CHECK(read(message, options, sample::received).metadata.version == 2);
  message.type = "orders.order.cancelled";
  CHECK(read(message, options, sample::received).metadata.name == "orders.order.cancelled");
  message.type = "OrderPlacedEvent";
  CHECK(read(message, options, sample::received).metadata.name == "orders.order.placed");
  message.type = message.routing_key = "";
  CHECK(sample::problem_of(message, options) ==
        "type: neither the body nor the property type nor the routing key says which event this is");
}

TEST_CASE("F6: a type that ends in a version is that version, whatever else is said") {
  CHECK(read(sample::stranger("", R"({"type":"resource.accessed.v2","version":"1.0","data":{}})"), {}, sample::received)
            .metadata.version == 2);
}

TEST_CASE("F6: a property type that is a class does not hide the envelope") {
  Message message = with(R"("id":"1")");
  message.type = "OrderPlaced";
  CHECK(read(message, {}, sample::received).data == "{}");
  message.type = "shop.event";
  message.routing_key = "orders.order.placed";
  CHECK(read(message, {}, sample::received).data == "{}");
}

TEST_CASE("F6: a byte order mark and spaces around the document do no harm") {
  const WireEvent event = read(sample::stranger("a.b", "\xEF\xBB\xBF \r\n{\"x\": 1}\n"), {}, sample::received);
  CHECK(event.data == "{\"x\": 1}");
}

TEST_CASE("F6: escapes are read in names and texts") {
  const ashlar::Metadata event =
      read_with(R"("tenant\u0049d":"\u00e4\ud83d\ude00\"\\\/\b\f\n\r\t","user\u005fid":"\u20ac")");
  CHECK(event.tenant_id == "ä😀\"\\/\b\f\n\r\t");
  CHECK(event.user_id == "€");
}
