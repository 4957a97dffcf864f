#include <ashlar/format.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "sample_types.hpp"

using sample::Line;
using sample::OrderPlaced;
using sample::Status;

TEST_CASE("a described struct is printed with its type and its members by name") {
  const OrderPlaced order{"7", {{"a", 1}, {"b", 2}}, {}};
  const std::string text = R"(OrderPlaced{order_id: "7", lines: [Line{sku: "a", quantity: 1}, )"
                           R"(Line{sku: "b", quantity: 2}], note: none})";
  CHECK(fmt::format("{}", order) == text);
  CHECK(ashlar::to_text(order) == text);
  CHECK(fmt::format("{:>8}|", Status::open) == "    open|");
}

TEST_CASE("every kind of field has a text") {
  sample::Everything all = sample::full();
  all.text = "line\nbreak";
  const std::string text = ashlar::to_text(all);
  for (const char* part : {"yes: true", "i8: -128", "u64: 18446744073709551615", "f: 0.1,", "d: 0.30000000000000004",
                           R"(text: "line\nbreak")", "status: in_progress", R"(maybe: Line{sku: "sku", quantity: 3})",
                           "flags: [true, false, true]", "holes: [1, none, 3]", R"(prices: {"a": 1e+300, "b/~": 2.5})",
                           R"(by_name: {"alpha": Line{)", "at: 2026-11-20T12:34:56.789Z", "wait: 90s",
                           "id: 01890a5d-ac96-774b-bcce-b302099a8057"}) {
    CAPTURE(text);
    CAPTURE(part);
    CHECK(text.find(part) != text.npos);
  }
}

TEST_CASE("a secret is never printed") {
  const std::string text = ashlar::to_text(sample::full());
  CHECK(text.find("hush") == text.npos);
  CHECK(text.find("secret: ***") != text.npos);
}

TEST_CASE("printing never throws, not even for what JSON cannot say") {
  CHECK(ashlar::to_text(Line{"a\xff\x1b[31m", 1}) == R"(Line{sku: "a\xff\x1b[31m", quantity: 1})");
  CHECK(ashlar::to_text(static_cast<Status>(3)) == "Status(3)");
  CHECK(ashlar::to_text(std::nan("")) == "nan");
  CHECK(ashlar::to_text(std::chrono::hours::max()).find("duration(9223372036854775807)") != std::string::npos);
  CHECK_NOTHROW(ashlar::to_text(std::chrono::sys_time<std::chrono::milliseconds>::max()));
}
