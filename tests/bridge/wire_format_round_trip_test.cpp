#include <doctest/doctest.h>

#include <ashlar/bridge/wire_format.hpp>
#include <string>
#include <vector>

#include "wire_samples.hpp"

using namespace ashlar::bridge;

namespace {

void check_same(const ashlar::Metadata& a, const ashlar::Metadata& b) {
  CHECK(a.id == b.id);
  CHECK(a.name == b.name);
  CHECK(a.version == b.version);
  CHECK(a.time == b.time);
  CHECK(a.source == b.source);
  CHECK(a.correlation_id == b.correlation_id);
  CHECK(a.causation_id == b.causation_id);
  CHECK(a.tenant_id == b.tenant_id);
  CHECK(a.user_id == b.user_id);
  CHECK(a.key == b.key);
}

void check_comes_back(const ashlar::Metadata& event, std::string_view data, const WireOptions& options) {
  for (const WireFormat format : sample::formats) {
    CAPTURE(name_of(format));
    const Message message = write(format, event, data, options);
    for (const WireFormat asked_for : {format, WireFormat::automatic}) {
      const WireEvent back = read(message, {.format = asked_for}, sample::received);
      check_same(back.metadata, event);
      CHECK(back.data == data);
      CHECK(back.traceparent == options.traceparent);
    }
  }
}

}  // namespace

TEST_CASE("F6: what one writes the other reads, in each format, asked for or recognized") {
  check_comes_back(sample::everything(), sample::data, sample::shop());
  check_comes_back(sample::little(), "{}", {.application = "shop"});
}

TEST_CASE("F6: each optional comes back alone") {
  using Text = std::string ashlar::Metadata::*;
  for (const Text text : {&ashlar::Metadata::correlation_id, &ashlar::Metadata::causation_id,
                          &ashlar::Metadata::tenant_id, &ashlar::Metadata::user_id, &ashlar::Metadata::key}) {
    ashlar::Metadata event = sample::little();
    event.*text = "x \"\\\n/ü";
    check_comes_back(event, "{}", {.application = "shop"});
  }
}

TEST_CASE("F6: later versions come back, also under a declared routing key") {
  ashlar::Metadata event = sample::everything();
  event.version = 3;
  check_comes_back(event, "{}", {.application = "shop"});
  check_comes_back(event, "{}", {.application = "shop", .routing_key = "Any.Key", .aggregate_type = "Purchase"});
}

TEST_CASE("F6: an event whose key is its id keeps it") {
  ashlar::Metadata event = sample::everything();
  event.key = event.id.to_string();
  check_comes_back(event, "{}", sample::shop());
}

TEST_CASE("F6: a source that is no word comes back, and so does one where the application has no name") {
  ashlar::Metadata event = sample::everything();
  for (const char* source : {"https://example.org/a?b", "/a/b", "a b", "%41", "Zoë", "a/b/c"}) {
    event.source = source;
    check_comes_back(event, "{}", {.application = "my shop"});
    check_comes_back(event, "{}", {.application = ""});
  }
}

TEST_CASE("F6: milliseconds come back, except in bare, which has the whole seconds of its timestamp") {
  ashlar::Metadata event = sample::everything();
  event.time = sample::time("2026-11-20T12:00:00.987Z");
  for (const WireFormat format : sample::formats) {
    const WireEvent back = read(write(format, event, "{}", sample::shop()), {}, sample::received);
    CHECK(back.metadata.time == (format == WireFormat::bare ? sample::time("2026-11-20T12:00:00.000Z") : event.time));
  }
}

TEST_CASE("F6: data come back byte for byte, whatever numbers, spaces and kinds they are") {
  for (const std::string data :
       {R"({"largest":18446744073709551615,"smallest":-9223372036854775808,"more":123456789012345678901234567890})",
        R"({"huge":1e400,"exact":0.1000,"minus":-0.0,"exponent":1E+2})", "{ \"a\" :\n[ 1 , 2 ]\t}",
        R"({"t":"\u00e4\/\ud83d\ude00ü"})", "[1,2]", "\"text\"", "17", "null", "true", "[]",
        R"({"a":{"b":{"c":[{}]}}})"}) {
    CAPTURE(data);
    check_comes_back(sample::everything(), data, sample::shop());
  }
}

TEST_CASE("F6: data that look like an envelope come back in each format") {
  for (const std::string data :
       {R"({"id":"1","type":"other.thing.done","timestamp":"x","version":"7","source":"s","data":{"tenantId":"t"}})",
        R"({"id":"1","type":"Chart","version":5,"data":[]})", R"({"event_type":"other.done","payload":{}})",
        R"({"event_type":5,"payload":{}})", R"({"event_type":"click","created_at":"2020-01-01T00:00:00Z"})",
        R"({"metadata":{"tenant_id":"no"},"userId":"no","aggregate_id":"no"})"}) {
    CAPTURE(data);
    check_comes_back(sample::everything(), data, sample::shop());
  }
}

TEST_CASE("F6: data as deep as ours may be come back in each format") {
  const std::string data = std::string(64, '[') + std::string(64, ']');
  check_comes_back(sample::everything(), data, sample::shop());
}
