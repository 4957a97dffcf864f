#include "content.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>

using namespace ashlar::rabbitmq;
using ashlar::bridge::HeaderValue;
using ashlar::bridge::Message;

namespace {

amqp_field_value_t field(std::uint8_t kind) {
  amqp_field_value_t value{};
  value.kind = kind;
  return value;
}

// What a header of this value arrives as.
HeaderValue arrived(const amqp_field_value_t& value) {
  amqp_table_entry_t entry{bytes_of("key"), value};
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_HEADERS_FLAG;
  properties.headers = {1, &entry};
  Message message;
  read_properties(properties, message);
  return message.headers.at("key");
}

}  // namespace

TEST_CASE("headers of other kinds than ours arrive as numbers and JSON text") {
  amqp_field_value_t value = field(AMQP_FIELD_KIND_BOOLEAN);
  value.value.boolean = 1;
  CHECK((arrived(value) == HeaderValue{"true"}));
  value = field(AMQP_FIELD_KIND_I16);
  value.value.i16 = -3;
  CHECK((arrived(value) == HeaderValue{std::int64_t{-3}}));
  value = field(AMQP_FIELD_KIND_U64);
  value.value.u64 = std::numeric_limits<std::uint64_t>::max();
  CHECK((arrived(value) == HeaderValue{"18446744073709551615"}));
  value = field(AMQP_FIELD_KIND_F64);
  value.value.f64 = 0.5;
  CHECK((arrived(value) == HeaderValue{"0.5"}));
  value.value.f64 = std::numeric_limits<double>::quiet_NaN();
  CHECK((arrived(value) == HeaderValue{"null"}));
  CHECK((arrived(field(AMQP_FIELD_KIND_VOID)) == HeaderValue{"null"}));
  value = field(AMQP_FIELD_KIND_TIMESTAMP);
  value.value.u64 = 1'793'000'000;
  CHECK((arrived(value) == HeaderValue{std::int64_t{1'793'000'000}}));

  // As a dead letter's history, x-death, comes.
  std::array<amqp_table_entry_t, 2> death{};
  death[0] = {bytes_of("reason"), field(AMQP_FIELD_KIND_UTF8)};
  death[0].value.value.bytes = bytes_of("a \"quote\",\n a \\");
  death[1] = {bytes_of("count"), field(AMQP_FIELD_KIND_I64)};
  death[1].value.value.i64 = 2;
  amqp_field_value_t table = field(AMQP_FIELD_KIND_TABLE);
  table.value.table = {2, death.data()};
  value = field(AMQP_FIELD_KIND_ARRAY);
  value.value.array = {1, &table};
  CHECK((arrived(value) == HeaderValue{R"([{"reason":"a \"quote\",\u000a a \\","count":2}])"}));
}

TEST_CASE("a header that is nested without an end costs no stack") {
  std::array<amqp_field_value_t, 1'000> levels{};
  levels[0] = field(AMQP_FIELD_KIND_VOID);
  for (std::size_t i = 1; i < levels.size(); ++i) {
    levels[i] = field(AMQP_FIELD_KIND_ARRAY);
    levels[i].value.array = {1, &levels[i - 1]};
  }
  CHECK(std::get<std::string>(arrived(levels.back())).size() < 100);
}

TEST_CASE("what AMQP cannot carry is told, to the byte") {
  const std::string longest(255, 'x');
  const std::string longer(256, 'x');
  CHECK(why_not({.routing_key = longest, .body = "12345", .message_id = longest}, 5).empty());
  CHECK(why_not({.routing_key = longer, .body = ""}, 5).find("the routing key is 256 bytes") != std::string::npos);
  CHECK(why_not({.routing_key = "", .body = "123456"}, 5).find("max_message_bytes = 5") != std::string::npos);
  CHECK(!why_not({.routing_key = "", .body = "", .correlation_id = longer}, 5).empty());
  CHECK(!why_not({.routing_key = "", .body = "", .timestamp_s = -1}, 5).empty());
  CHECK(!why_not({.routing_key = "", .body = "", .headers = {{longer, "x"}}}, 5).empty());
  CHECK(why_not({.routing_key = "", .body = "", .headers = {{"x", std::string(99'000, 'x')}}}, 5).empty());
  CHECK(!why_not({.routing_key = "", .body = "", .headers = {{"x", std::string(100'001, 'x')}}}, 5).empty());
}

TEST_CASE("the largest message that may be carried is written as frames that a reader takes") {
  const std::string longest(255, 'x');
  const Message sent{.routing_key = longest,
                     .body = std::string(300'000, 'b'),
                     .message_id = longest,
                     .type = longest,
                     .content_type = longest,
                     .content_encoding = longest,
                     .correlation_id = longest,
                     .app_id = longest,
                     .timestamp_s = std::numeric_limits<std::int64_t>::max(),
                     .headers = {{longest, std::string(99'000, 'h')}, {"n", std::int64_t{1}}}};
  REQUIRE(why_not(sent, 300'000).empty());
  OutBuffer out;
  constexpr std::size_t longest_frame = 131'072;
  ContentWriter(longest).write(sent, longest_frame, out);

  const amqp_connection_state_t reader = ::amqp_new_connection();
  // The first frame ends the state in which no other size may be set.
  OutBuffer first;
  amqp_connection_tune_t tune{1, longest_frame, 0};
  first.method(0, AMQP_CONNECTION_TUNE_METHOD, &tune);
  amqp_frame_t frame{};
  while (first.size() > 0) {
    const int used = ::amqp_handle_input(reader, {first.size(), const_cast<char*>(first.bytes().data())}, &frame);
    REQUIRE(used > 0);
    first.sent(static_cast<std::size_t>(used));
  }
  ::amqp_tune_connection(reader, 1, static_cast<int>(longest_frame), 0);
  Message read;
  while (out.size() > 0) {
    const int used = ::amqp_handle_input(reader, {out.size(), const_cast<char*>(out.bytes().data())}, &frame);
    REQUIRE(used > 0);
    out.sent(static_cast<std::size_t>(used));
    if (frame.frame_type == AMQP_FRAME_HEADER) {
      read_properties(*static_cast<amqp_basic_properties_t*>(frame.payload.properties.decoded), read);
      CHECK(frame.payload.properties.body_size == sent.body.size());
    } else if (frame.frame_type == AMQP_FRAME_BODY) {
      read.body += view_of(frame.payload.body_fragment);
    }
  }
  ::amqp_destroy_connection(reader);
  CHECK(read.body == sent.body);
  CHECK((read.headers == sent.headers));
  CHECK(read.app_id == sent.app_id);
  CHECK(read.timestamp_s == sent.timestamp_s);
}
