#include <doctest/doctest.h>

#include <ashlar/bridge/wire_format.hpp>
#include <string>

#include "wire_samples.hpp"

// Messages of other systems, as their documents show them.

using namespace ashlar::bridge;

namespace {

WireEvent read_any(const Message& message, TypeNames types = {}) {
  return read(message, {.types = std::move(types)}, sample::received);
}

}  // namespace

TEST_CASE("F6: a DomainEvent of a TypeScript service is read") {
  Message message = sample::stranger("resource.created", R"({"id": "7d444840-9dc0-11d1-b245-5ffdce74fad2",
    "type": "resource.created", "timestamp": "2026-01-15T10:30:00.123Z", "version": "1.0", "source": "resource-manager",
    "correlationId": "req-7", "tenantId": "9b2d7a1e-5c1f-4f2e-8a6b-0c1d2e3f4a5b", "userId": "u-1",
    "data": {"resourceId": "r-1", "name": "Box"}})");
  message.content_type = "application/json";
  const WireEvent event = read_any(message);
  CHECK(event.metadata.id.to_string() == "7d444840-9dc0-11d1-b245-5ffdce74fad2");
  CHECK(event.metadata.name == "resource.created");
  CHECK(event.metadata.version == 1);
  CHECK(event.metadata.time == sample::time("2026-01-15T10:30:00.123Z"));
  CHECK(event.metadata.source == "resource-manager");
  CHECK(event.metadata.correlation_id == "req-7");
  CHECK(event.metadata.tenant_id == "9b2d7a1e-5c1f-4f2e-8a6b-0c1d2e3f4a5b");
  CHECK(event.metadata.user_id == "u-1");
  CHECK(event.metadata.causation_id.empty());
  CHECK(event.data == R"({"resourceId": "r-1", "name": "Box"})");
}

TEST_CASE("F6: organizationId is the tenant where tenantId is absent, and only there") {
  const std::string begin =
      R"({"id":"1","type":"user.created","timestamp":"2026-01-15T10:30:00Z","version":"1","source":"auth","data":{},)";
  const auto tenant = [&](const std::string& members) {
    return read_any(sample::stranger("user.created", begin + members + "}")).metadata.tenant_id;
  };
  CHECK(tenant(R"("organizationId":"org")") == "org");
  CHECK(tenant(R"("organization_id":"org")") == "org");
  CHECK(tenant(R"("organizationId":"org","tenantId":"t")") == "t");
  CHECK(tenant(R"("organizationId":"org","tenantId":null)") == "org");
}

TEST_CASE("F6: an aggregate's event of a Python service is read, where only what it needs is there") {
  const WireEvent event = read_any(sample::stranger("speaker.onboarded", R"({
    "event_id": "uuid", "event_type": "speaker.onboarded", "aggregate_id": "123", "aggregate_type": "Speaker",
    "timestamp": "2024-01-15T10:30:00Z", "version": 1,
    "payload": {"speaker_id": "123", "external_id": "ext-123", "name": "John Doe", "bucket": "GOOD"}})"));
  CHECK(event.metadata.name == "speaker.onboarded");
  CHECK(event.metadata.version == 1);
  CHECK(event.metadata.key == "123");
  CHECK(event.metadata.time == sample::time("2024-01-15T10:30:00.000Z"));
  CHECK(event.metadata.source.empty());
  CHECK(event.data == R"({"speaker_id": "123", "external_id": "ext-123", "name": "John Doe", "bucket": "GOOD"})");

  const WireEvent least = read_any(sample::stranger("any", R"({"event_type":"speaker.onboarded","payload":{"x":1}})"));
  CHECK(least.metadata.name == "speaker.onboarded");
  CHECK(least.metadata.time == sample::received);
}

TEST_CASE("F6: an aggregate's event of a TypeScript service is read") {
  const WireEvent event = read_any(sample::stranger("speaker.onboarded", R"({
    "eventId": "0b3f6c1e-6f0a-4d59-9a43-6d1c0d8f0c11", "eventType": "speaker.onboarded", "aggregateId": "123",
    "aggregateType": "Speaker", "timestamp": "2024-01-15T10:30:00.000Z", "version": 1,
    "correlationId": "correlation-uuid", "payload": {"speaker_id": "123"}})"));
  CHECK(event.metadata.id.to_string() == "0b3f6c1e-6f0a-4d59-9a43-6d1c0d8f0c11");
  CHECK(event.metadata.correlation_id == "correlation-uuid");
  CHECK(event.metadata.key == "123");
  CHECK(event.data == R"({"speaker_id": "123"})");
}

TEST_CASE("F6: the class name of a Python service's event is mapped by the configuration") {
  Message message = sample::stranger(
      "speaker.onboarded", R"({"event_id":"1","event_type":"SpeakerOnboarded","aggregate_id":"1","payload":{}})");
  CHECK(sample::problem_of(message) ==
        "event_type: \"SpeakerOnboarded\" is no name of an event here, which is like domain.entity.action in lower "
        "case; say "
        "which event it means, at the queue in the configuration: types: {\"SpeakerOnboarded\": domain.entity.action}");
  CHECK(read_any(message, {{"SpeakerOnboarded", "speaker.onboarded"}}).metadata.name == "speaker.onboarded");
}

TEST_CASE("F6: a bare model of a Python service is read; the routing key says the type and the version") {
  Message message =
      sample::stranger("resource.accessed", R"({"resource_id":"r-1","accessed_at":"2026-01-15T10:30:00Z"})");
  message.content_type = "application/json";
  WireEvent event = read_any(message);
  CHECK(event.metadata.name == "resource.accessed");
  CHECK(event.metadata.version == 1);
  CHECK(event.metadata.time == sample::received);
  CHECK(event.data == message.body);
  message.routing_key = "resource.accessed.v2";
  event = read_any(message);
  CHECK(event.metadata.name == "resource.accessed");
  CHECK(event.metadata.version == 2);
}

TEST_CASE("F6: an event with its type among its data is read as bare data") {
  const std::string body = R"({"event_type":"user.created","created_at":"2024-01-15T10:30:00.123456",
    "user_id":"6f1c7a52-95a7-4a2e-9d0f-5a1b7f5f7f10","email":"a@example.org","full_name":null})";
  for (const char* key : {"user.created", "Events", ""}) {
    const WireEvent event = read_any(sample::stranger(key, body));
    CHECK(event.metadata.name == "user.created");
    CHECK(event.metadata.time == sample::time("2024-01-15T10:30:00.123Z"));
    CHECK(event.data == body);
  }
}

TEST_CASE("F6: a Go service's event is mapped with its version") {
  const std::string body = R"({"order_id":"o-1","customer_id":"c-1","amount":12.50,"currency":"EUR"})";
  const Message message = sample::stranger("order.OrderCreated.v2", body);
  WireEvent event = read_any(message, {{"order.OrderCreated", "orders.order.created"}});
  CHECK(event.metadata.name == "orders.order.created");
  CHECK(event.metadata.version == 2);
  CHECK(event.data == body);
  event = read_any(message, {{"order.OrderCreated.v2", "orders.order.created@3"}});
  CHECK(event.metadata.version == 3);
  CHECK(sample::problem_of(message).substr(0, 55) == "routing key: \"order.OrderCreated.v2\" is no name of an e");
}

TEST_CASE("F6: a CloudEvent of somebody else is read") {
  Message message = sample::stranger(
      "any.Key", R"({"specversion":"1.0","type":"com.example.someevent","source":"https://example.org/x",
    "id":"A234-1234-1234","time":"2018-04-05T17:31:00+02:00","comexampleextension1":"value","datacontenttype":"application/json",
    "dataschema":"https://example.org/schema","dataversion":"2","tenantid":"t","data":{"a":1}})");
  const WireEvent event = read_any(message);
  CHECK(event.metadata.name == "com.example.someevent");
  CHECK(event.metadata.source == "https://example.org/x");
  CHECK(event.metadata.time == sample::time("2018-04-05T15:31:00.000Z"));
  CHECK(event.metadata.version == 2);
  CHECK(event.metadata.tenant_id == "t");
  CHECK(event.data == R"({"a":1})");
}

TEST_CASE("F6: a CloudEvent without data has an empty object") {
  const Message message = sample::stranger("", R"({"specversion":"1.0","type":"a.b","source":"/s","id":"1"})");
  CHECK(read_any(message).data == "{}");
}
