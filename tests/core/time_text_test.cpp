#include <ashlar/time_text.hpp>

#include <doctest/doctest.h>

#include <limits>

#include "error_of.hpp"

using namespace std::chrono;
using ashlar::duration_text;
using ashlar::parse_duration;
using ashlar::parse_time;
using ashlar::Time;
using ashlar::time_text;

TEST_CASE("A4: a time is written as ISO 8601 in UTC with milliseconds, and read back") {
  for (const Time time : {Time{sys_days{2026y / 11 / 20} + 12h}, Time{milliseconds{0}}, Time{milliseconds{-1}},
                          Time{sys_days{0y / 1 / 1}}, Time{sys_days{9999y / 12 / 31} + 23h + 59min + 59s + 999ms}}) {
    CHECK(time_text(time).size() == 24);
    CHECK(parse_time(time_text(time)) == time);
  }
  CHECK(time_text(Time{milliseconds{-1}}) == "1969-12-31T23:59:59.999Z");
  CHECK(time_text(Time{sys_days{2024y / 2 / 29} + 1h + 2min + 3s + 4ms}) == "2024-02-29T01:02:03.004Z");
}

TEST_CASE("a time outside the years 0 to 9999 is neither written nor read") {
  CHECK(error_of([] { time_text(Time::max()); }) == "a time is outside the years 0 to 9999, which its text can say");
  CHECK(error_of([] { time_text(Time{sys_days{year{-1} / 12 / 31}}); }) != "nothing was thrown");
  CHECK_FALSE(parse_time("9999-12-31T23:59:59-01:00"));
  CHECK_FALSE(parse_time("0000-01-01T00:00:00+01:00"));
}

TEST_CASE("only complete times that exist are read") {
  for (const char* text : {"",
                           "2026",
                           "2026-11-20",
                           "2026-11-20T12:00:00",
                           "2026-11-20T12:00Z",
                           "2026-11-20 12:00:00Z",
                           "2026-11-31T12:00:00Z",
                           "2025-02-29T12:00:00Z",
                           "2026-13-01T12:00:00Z",
                           "2026-00-01T12:00:00Z",
                           "2026-11-00T12:00:00Z",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T12:60:00Z",
                           "2026-11-20T12:00:60Z",
                           "2026-11-20T12:00:00.Z",
                           "2026-11-20T12:00:00Zx",
                           "2026-11-20T12:00:00+1:00",
                           "2026-11-20T12:00:00+24:00",
                           "2026-11-20T12:00:00+01:60",
                           "2026-11-20T12:00:00+0100",
                           "+2026-11-20T12:00:00Z",
                           " 2026-11-20T12:00:00Z",
                           "2026-11-20T12:00:00.1+",
                           "2O26-11-20T12:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
  }
  CHECK(parse_time("2024-02-29T23:59:59.9Z") == Time{sys_days{2024y / 2 / 29} + 23h + 59min + 59s + 900ms});
  CHECK(parse_time("2026-11-20t00:30:00.123456789123456789-01:30") == Time{sys_days{2026y / 11 / 20} + 2h + 123ms});
}

TEST_CASE("a duration is written in the largest unit that says it exactly, and read back") {
  CHECK(duration_text(250ms) == "250ms");
  CHECK(duration_text(5s) == "5s");
  CHECK(duration_text(90s) == "90s");
  CHECK(duration_text(2min) == "2min");
  CHECK(duration_text(1h) == "1h");
  CHECK(duration_text(25h) == "25h");
  CHECK(duration_text(48h) == "2d");
  CHECK(duration_text(0s) == "0s");
  CHECK(duration_text(-1500us) == "-1500us");
  for (const nanoseconds d :
       {nanoseconds{1}, nanoseconds{-1}, nanoseconds::max(), nanoseconds::min() + 1ns, nanoseconds{1h + 1ms}}) {
    CHECK(parse_duration(duration_text(d)) == d);
  }
}

TEST_CASE("only a whole number and its unit are a duration") {
  for (const char* text : {"", "5", "s", "5 s", " 5s", "5s ", "1.5s", "5S", "5m", "1h30min", "+5s", "--5s", "0x5s",
                           "9223372036854775808ns", "106752d", "999999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK(parse_duration("106751d") == days{106751});
}
