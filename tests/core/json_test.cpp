#include <ashlar/json.hpp>

#include <doctest/doctest.h>

#include <ashlar/clock.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "error_of.hpp"
#include "sample_types.hpp"

using ashlar::from_json;
using ashlar::to_json;
using sample::Everything;
using sample::Line;
using sample::OrderPlaced;
using sample::Status;
using sample::Tree;

namespace {

template <class T>
std::string read_error(std::string_view json, const ashlar::JsonLimits& limits = {}) {
  return error_of([&] { from_json<T>(json, limits); });
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

}  // namespace

TEST_CASE("A4: every type that can be a field comes back from JSON as it was") {
  const Everything all = sample::full();
  CHECK(from_json<Everything>(to_json(all)) == all);
  CHECK(from_json<Everything>(to_json(Everything{})) == Everything{});
}

TEST_CASE("A4: what is written is JSON to another reader, members in declared order, absent optionals left out") {
  CHECK(to_json(OrderPlaced{"7", {{"a", 1}, {"b", 2}}, {}}) ==
        R"({"order_id":"7","lines":[{"sku":"a","quantity":1},{"sku":"b","quantity":2}]})");
  CHECK(to_json(OrderPlaced{"7", {}, "x"}) == R"({"order_id":"7","lines":[],"note":"x"})");
  CHECK(to_json(sample::Empty{}) == "{}");

  const auto json = nlohmann::json::parse(to_json(sample::full()));
  CHECK(json["text"] == sample::full().text);
  CHECK(json["u64"] == std::numeric_limits<std::uint64_t>::max());
  CHECK(json["i64"] == std::numeric_limits<std::int64_t>::min());
  CHECK(json["status"] == "in_progress");
  CHECK(json["at"] == "2026-11-20T12:34:56.789Z");
  CHECK(json["wait"] == "90s");
  CHECK(json["id"] == "01890a5d-ac96-774b-bcce-b302099a8057");
  CHECK(json["holes"] == nlohmann::json::parse("[1,null,3]"));
}

TEST_CASE("the entries of an unordered map are written sorted") {
  const std::string json = to_json(sample::full());
  CHECK(json.find(R"("by_name":{"alpha":{"sku":"a","quantity":2},"mid":{"sku":"m","quantity":3},"zeta":)") !=
        json.npos);
}

TEST_CASE("A5: a wrong type names the place by JSON pointer") {
  CHECK(read_error<OrderPlaced>(
            R"({"order_id":"1","lines":[{"sku":"a","quantity":1},{"sku":"a","quantity":1},{"sku":"a","quantity":1},
                {"sku":"a","quantity":"3"}]})") == R"(/lines/3/quantity: expected an integer, got "3")");
  CHECK(read_error<OrderPlaced>(R"({"order_id":5,"lines":[]})") == "/order_id: expected a string, got 5");
  CHECK(read_error<OrderPlaced>(R"({"order_id":null,"lines":[]})") == "/order_id: expected a string, got null");
  CHECK(read_error<OrderPlaced>(R"({"order_id":"1","lines":{}})") == "/lines: expected an array, got an object");
  CHECK(read_error<OrderPlaced>("[1]") == "expected an object, got an array");
  CHECK(read_error<Line>(R"({"sku":"a","quantity":true})") == "/quantity: expected an integer, got true");
  CHECK(read_error<std::map<std::string, int>>(R"({"a/b~c":"x"})") == R"(/a~1b~0c: expected an integer, got "x")");
  CHECK(read_error<std::vector<bool>>("[true, 1]") == "/1: expected true or false, got 1");
  CHECK(read_error<std::optional<ashlar::Uuid>>(R"("01890a5d")") == R"(expected a UUID, got "01890a5d")");

  try {
    from_json<OrderPlaced>(R"({"order_id":"1","lines":[{"sku":"a","quantity":[]}]})");
    FAIL("an array was read as an integer");
  } catch (const ashlar::JsonError& error) {
    CHECK(error.pointer() == "/lines/0/quantity");
  }
}

TEST_CASE("A5: a missing required field is an error that names it and what it is") {
  CHECK(read_error<OrderPlaced>(R"({"lines":[]})") == "/order_id: missing, a string is required");
  CHECK(read_error<OrderPlaced>(R"({"order_id":"1","lines":[{"sku":"a"}]})") ==
        "/lines/0/quantity: missing, an integer is required");
}

TEST_CASE("A5: unknown fields are ignored, an absent or null optional is empty") {
  const std::string_view json = R"({"order_id":"1","new":{"deep":[1,{"a":null}]},"lines":[],"other":1e3})";
  CHECK(from_json<OrderPlaced>(json) == OrderPlaced{"1", {}, std::nullopt});
  CHECK(from_json<OrderPlaced>(R"({"order_id":"1","lines":[],"note":null})") == OrderPlaced{"1", {}, std::nullopt});
}

TEST_CASE("A5: a number out of the range of its field is an error that names the range") {
  CHECK(read_error<std::uint8_t>("256") == "expected an integer from 0 to 255, got 256");
  CHECK(read_error<std::uint8_t>("-1") == "expected an integer from 0 to 255, got -1");
  CHECK(read_error<std::int8_t>("-129") == "expected an integer from -128 to 127, got -129");
  CHECK(read_error<std::int32_t>("2147483648") == "expected an integer from -2147483648 to 2147483647, got 2147483648");
  CHECK(read_error<std::int64_t>("9223372036854775808") ==
        "expected an integer from -9223372036854775808 to 9223372036854775807, got 9223372036854775808");
  CHECK(read_error<std::uint64_t>("18446744073709551616")
            .starts_with("expected an integer from 0 to 18446744073709551615, got 1.8446744073709552e+19"));
  CHECK(read_error<float>("1e39") == "expected a number of 32 bits, got 1e+39");
  CHECK(read_error<double>("1e999") == "a number no double can hold: '1e999'");
  CHECK(read_error<double>("1.7977931348623160e308").starts_with("a number no double can hold"));
  CHECK(read_error<double>("-92233.225073858501e+308").starts_with("a number no double can hold"));
  CHECK(from_json<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(from_json<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK(from_json<std::uint8_t>("255") == 255);
}

TEST_CASE("1.0 is an integer, 1.5 is not, and what a double may have rounded is refused") {
  CHECK(from_json<int>("1.0") == 1);
  CHECK(from_json<int>("-2e3") == -2000);
  CHECK(from_json<unsigned>("-0.0") == 0);
  CHECK(read_error<int>("1.5") == "expected an integer, got 1.5");
  CHECK(read_error<std::int64_t>("9007199254740993.0").starts_with("expected an integer from"));
}

TEST_CASE("doubles and floats come back bit for bit") {
  for (const double d : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 123456789012345680.0, 1e21, 100.0}) {
    const double back = from_json<double>(to_json(d));
    CHECK(back == d);
    CHECK(std::signbit(back) == std::signbit(d));
  }
  for (const float f : {0.1F, 1.0F / 3, 1e-45F, 3.4028235e38F, 16777216.0F}) CHECK(from_json<float>(to_json(f)) == f);
  CHECK(to_json(100.0) == "100.0");
  CHECK(to_json(0.1F) == "0.1");
  CHECK(from_json<double>("3") == 3.0);
}

TEST_CASE("what JSON cannot say is an error with its place") {
  CHECK(error_of([] { to_json(std::vector<double>{1, std::nan("")}); }) == "/1: JSON has no number for nan");
  CHECK(error_of([] { to_json(-std::numeric_limits<double>::infinity()); }) == "JSON has no number for -inf");
  CHECK(error_of([] { to_json(Line{"a\xff", 1}); }) == R"(/sku: not UTF-8, which JSON requires: "a\xff")");
  CHECK(error_of([] { to_json(std::map<std::string, int>{{"\xc3", 1}}); }).starts_with("not UTF-8"));
  CHECK(error_of([] { to_json(static_cast<Status>(3)); }) ==
        "3 is no value of sample::Status, whose names are open, in_progress, closed");
  const auto year_10000 = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};
  CHECK(error_of([&] { to_json(std::vector<ashlar::Time>{year_10000}); }).starts_with("/0: a time is outside"));
  CHECK(error_of([] { to_json(std::chrono::hours::max()); }) == "a duration is beyond 292 years");
}

TEST_CASE("an unknown enumerator lists the known ones and the one that was probably meant") {
  CHECK(read_error<Status>(R"("closd")") ==
        R"(expected one of open, in_progress, closed, got "closd"; did you mean closed?)");
  CHECK(read_error<Status>(R"("purple")") == R"(expected one of open, in_progress, closed, got "purple")");
  CHECK(read_error<Status>("7") == "expected one of open, in_progress, closed, got 7");
  CHECK(from_json<Status>(R"("closed")") == Status::closed);
}

TEST_CASE("A4: a time is read with any offset and any number of decimals, and must exist") {
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;
  const auto same = from_json<Time>(R"("2026-11-20T12:00:00.120Z")");
  CHECK(from_json<Time>(R"("2026-11-20T14:30:00.12+02:30")") == same);
  CHECK(from_json<Time>(R"("2026-11-19T23:00:00.120999999-13:00")") == same);
  CHECK(to_json(same) == R"("2026-11-20T12:00:00.120Z")");
  CHECK(read_error<Time>(R"("2026-02-30T12:00:00Z")") ==
        R"(expected a time like 2026-11-20T12:00:00.000Z, got "2026-02-30T12:00:00Z")");
  CHECK(read_error<std::vector<Time>>("[12]") == "/0: expected a time like 2026-11-20T12:00:00.000Z, got 12");
}

TEST_CASE("a time or a duration that its type cannot hold exactly enough is an error, never another value") {
  using Nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;
  CHECK(read_error<Nanoseconds>(R"("2500-01-01T00:00:00Z")") ==
        R"("2500-01-01T00:00:00Z" is more or finer than this field can hold)");
  CHECK(read_error<std::chrono::minutes>(R"("90s")") == R"("90s" is more or finer than this field can hold)");
  CHECK(from_json<std::chrono::minutes>(R"("120s")") == std::chrono::minutes{2});
  CHECK(from_json<std::chrono::microseconds>(R"("1500us")") == std::chrono::microseconds{1500});
  CHECK(to_json(std::chrono::microseconds{1500}) == R"("1500us")");
  CHECK(read_error<std::chrono::seconds>("5") == "expected a duration like 250ms, 5s, 2min, 1h or 1d, got 5");
}

TEST_CASE("an error shows the beginning of a long value, on one line, and nothing of a secret") {
  const std::string error = read_error<int>('"' + std::string(5000, 'x') + '"');
  CHECK(error.size() < 200);
  CHECK(error.ends_with("x…\""));
  CHECK(read_error<int>(R"("a\nb\u001b[31m")") == R"(expected an integer, got "a\nb\x1b[31m")");
  CHECK(read_error<ashlar::Secret>("123456") == "expected a string, got something else");
}

TEST_CASE("a syntax error gives line and column") {
  using namespace std::string_literals;
  CHECK(read_error<int>("1\0"s) == "no valid JSON at line 1, column 2: a byte of zero");
  CHECK(read_error<int>("1\0 and more"s) == "no valid JSON at line 1, column 2: a byte of zero");
  CHECK(read_error<OrderPlaced>("{\"order_id\": \"1\",\n  \"lines\" [}")
            .starts_with("no valid JSON at line 2, column 11: "));
  CHECK(read_error<int>("").starts_with("no valid JSON at line 1, column 1: unexpected end of input"));
  CHECK(read_error<int>("1 2").starts_with("no valid JSON at line 1, column 3: "));
  CHECK(read_error<int>("{} x").starts_with("no valid JSON at line 1, column 4: "));
  CHECK(read_error<int>("01").starts_with("no valid JSON"));
  CHECK(read_error<int>("NaN").starts_with("no valid JSON"));
  CHECK(read_error<std::vector<int>>("[1,]").starts_with("no valid JSON"));
  CHECK(read_error<int>("/* c */ 1").starts_with("no valid JSON"));
  CHECK(read_error<int>('"' + std::string(100'000, 'x')).size() < 500);
}

TEST_CASE("bytes that are not UTF-8 are refused, in values, keys and unknown members") {
  for (const char* json :
       {"\"\xff\"", "{\"\xc3\": 1}", "{\"unknown\": \"\xed\xa0\x80\"}", "\"\xc0\xaf\"", R"("\ud800")", R"("\udc00")"}) {
    const std::string error = read_error<std::map<std::string, std::string>>(json);
    CAPTURE(error);
    CHECK(error.starts_with("no valid JSON"));
    CHECK_NOTHROW(to_json(error));
  }
  CHECK(from_json<std::string>(R"("\ud83d\ude00")") == "😀");
}

TEST_CASE("a member that stands twice is an error, wherever it is") {
  CHECK(read_error<Line>(R"({"sku":"a","quantity":1,"sku":"b"})") == "/sku: stands twice in its object");
  CHECK(read_error<Line>(R"({"sku":"a","quantity":1,"x":[0,{"y":1,"y":2}]})") == "/x/1/y: stands twice in its object");
}

TEST_CASE("a document past the limits is refused, however deep it is") {
  CHECK(read_error<int>("[[1]]", {.depth = 1}) == "/0: deeper than 1 levels, the limit");
  CHECK(from_json<std::vector<std::vector<int>>>("[[1]]", {.depth = 2}).size() == 1);
  CHECK(read_error<int>(nested(100'000)).ends_with("deeper than 64 levels, the limit"));
  CHECK(read_error<int>(R"({"a":[0,[]]})", {.depth = 2}) == "/a/1: deeper than 2 levels, the limit");
  CHECK(read_error<int>(nested(100'000), {.depth = 1'000'000}) == "expected an integer, got an array");
  CHECK(read_error<int>("12345", {.bytes = 4}) == "5 bytes, and the limit is 4");
  CHECK(from_json<int>("1234", {.bytes = 4}) == 1234);
}

TEST_CASE("a value that holds itself is written and read, down to the depth that readers accept") {
  const Tree tree{"root", {{"left", {}, {}}, {"right", {{"leaf", {}, {}}}, {}}}, {{"x", {"named", {}, {}}}}};
  CHECK(from_json<Tree>(to_json(tree)) == tree);
  Tree deep;
  for (int i = 0; i < 40; ++i) deep = Tree{"", {deep}, {}};
  CHECK(error_of([&] { to_json(deep); }).ends_with("deeper than 64 levels, the limit of those who read it"));
}

TEST_CASE("reading into a value that holds something replaces it") {
  OrderPlaced order{"old", {{"x", 1}}, "old"};
  ashlar::detail::from_json(&order, ashlar::shape_of<OrderPlaced>, R"({"order_id":"new","lines":[]})", {});
  CHECK(order == OrderPlaced{"new", {}, std::nullopt});
}
