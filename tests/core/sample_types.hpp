#pragma once

#include <ashlar/event.hpp>
#include <ashlar/shape.hpp>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

// The types that the tests of JSON, schema and printing share.
namespace sample {

enum class Status { open, in_progress, closed = 7 };
ASHLAR_ENUM(Status, open, in_progress, closed)

struct Line {
  std::string sku;
  std::int32_t quantity = 0;
};
ASHLAR_STRUCT(Line, sku, quantity)

struct OrderPlaced {
  std::string order_id;
  std::vector<Line> lines;
  std::optional<std::string> note;
};
ASHLAR_EVENT(OrderPlaced, "sample.order.placed", 1, order_id, lines, note)

struct Everything {
  bool yes = false;
  std::int8_t i8 = 0;
  std::uint8_t u8 = 0;
  std::int16_t i16 = 0;
  std::uint16_t u16 = 0;
  std::int32_t i32 = 0;
  std::uint32_t u32 = 0;
  std::int64_t i64 = 0;
  std::uint64_t u64 = 0;
  float f = 0;
  double d = 0;
  std::string text;
  Status status = Status::open;
  std::optional<Line> maybe;
  std::vector<bool> flags;
  std::vector<std::optional<int>> holes;
  std::map<std::string, double> prices;
  std::unordered_map<std::string, Line> by_name;
  std::chrono::sys_time<std::chrono::milliseconds> at;
  std::chrono::milliseconds wait{0};
  ashlar::Uuid id;
  ashlar::Secret secret;
};
ASHLAR_STRUCT(Everything, yes, i8, u8, i16, u16, i32, u32, i64, u64, f, d, text, status, maybe, flags, holes, prices,
              by_name, at, wait, id, secret)

// A type that holds itself.
struct Tree {
  std::string name;
  std::vector<Tree> children;
  std::map<std::string, Tree> named;
};
ASHLAR_STRUCT(Tree, name, children, named)

struct Empty {};
ASHLAR_STRUCT(Empty)

inline Everything full() {
  using namespace std::chrono;
  return {.yes = true,
          .i8 = -128,
          .u8 = 255,
          .i16 = -32768,
          .u16 = 65535,
          .i32 = -2147483647 - 1,
          .u32 = 4294967295,
          .i64 = std::numeric_limits<std::int64_t>::min(),
          .u64 = std::numeric_limits<std::uint64_t>::max(),
          .f = 0.1F,
          .d = 0.1 + 0.2,
          .text = "quote \" backslash \\ newline \n nul " + std::string(1, '\0') + " Grüße 漢字 😀",
          .status = Status::in_progress,
          .maybe = Line{"sku", 3},
          .flags = {true, false, true},
          .holes = {1, std::nullopt, 3},
          .prices = {{"b/~", 2.5}, {"a", 1e300}},
          .by_name = {{"zeta", {"z", 1}}, {"alpha", {"a", 2}}, {"mid", {"m", 3}}},
          .at = sys_days{2026y / November / 20} + 12h + 34min + 56s + 789ms,
          .wait = 90s,
          .id = *ashlar::Uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057"),
          .secret = {"hush"}};
}

}  // namespace sample
