#include <ashlar/time_text.hpp>

#include <fmt/format.h>

#include <ashlar/errors.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace ashlar {
namespace {

using namespace std::chrono;

constexpr Time first{sys_days{year{0} / January / 1}};
constexpr Time past_last{sys_days{year{10000} / January / 1}};

// Takes what it names from the front of `rest`; once something was missing, it stays failed.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return fail();
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  void one_of(std::string_view characters) {
    if (!take(characters)) fail();
  }

  bool take(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_[0]) == characters.npos) return false;
    taken_ = rest_[0];
    rest_.remove_prefix(1);
    return true;
  }

  char taken() const { return taken_; }
  void require(bool condition) { failed_ |= !condition; }
  bool finished() const { return !failed_ && rest_.empty(); }

 private:
  int fail() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  char taken_ = '\0';
  bool failed_ = false;
};

milliseconds decimals(Cursor& text) {
  int value = text.number(1) * 100;
  for (const int place : {10, 1}) {
    if (text.take("0123456789"))
      value += (text.taken() - '0') * place;
    else
      return milliseconds{value};
  }
  while (text.take("0123456789")) {}
  return milliseconds{value};
}

minutes offset(Cursor& text) {
  if (text.take("Zz")) return minutes{0};
  text.one_of("+-");
  const int sign = text.taken() == '-' ? -1 : 1;
  const int h = text.number(2);
  text.one_of(":");
  const int m = text.number(2);
  text.require(h < 24 && m < 60);
  return minutes{sign * (h * 60 + m)};
}

struct Unit {
  std::string_view name;
  nanoseconds length;
};

// From the largest to the smallest.
constexpr Unit units[] = {{"d", days{1}},          {"h", hours{1}},         {"min", minutes{1}},   {"s", seconds{1}},
                          {"ms", milliseconds{1}}, {"us", microseconds{1}}, {"ns", nanoseconds{1}}};

}  // namespace

std::string time_text(Time time) {
  if (time < first || time >= past_last) throw Error("a time is outside the years 0 to 9999, which its text can say");
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text = "0000-00-00T00:00:00.000Z";
  // By hand: every event that is stored as text or leaves the process has one.
  const auto put = [&text](std::size_t end, auto number) {
    for (; number > 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
  };
  put(4, static_cast<int>(date.year()));
  put(7, static_cast<unsigned>(date.month()));
  put(10, static_cast<unsigned>(date.day()));
  put(13, clock.hours().count());
  put(16, clock.minutes().count());
  put(19, clock.seconds().count());
  put(23, clock.subseconds().count());
  return text;
}

std::optional<Time> parse_time(std::string_view text) {
  Cursor cursor(text);
  const year y{cursor.number(4)};
  cursor.one_of("-");
  const month mon{static_cast<unsigned>(cursor.number(2))};
  cursor.one_of("-");
  const day d{static_cast<unsigned>(cursor.number(2))};
  cursor.one_of("Tt");
  const int h = cursor.number(2);
  cursor.one_of(":");
  const int m = cursor.number(2);
  cursor.one_of(":");
  const int s = cursor.number(2);
  const milliseconds fraction = cursor.take(".,") ? decimals(cursor) : milliseconds{0};
  const minutes east = offset(cursor);
  const year_month_day date{y, mon, d};
  cursor.require(date.ok() && h < 24 && m < 60 && s < 60);
  if (!cursor.finished()) return std::nullopt;
  const Time time = sys_days{date} + hours{h} + minutes{m} + seconds{s} + fraction - east;
  if (time < first || time >= past_last) return std::nullopt;
  return time;
}

std::string duration_text(nanoseconds duration) {
  if (duration == nanoseconds{0}) return "0s";
  for (const Unit& unit : units) {
    if (duration % unit.length == nanoseconds{0}) return fmt::format("{}{}", duration / unit.length, unit.name);
  }
  return {};
}

std::optional<nanoseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : units) {
    std::int64_t length = 0;
    if (unit.name == name && !__builtin_mul_overflow(count, unit.length.count(), &length)) return nanoseconds{length};
  }
  return std::nullopt;
}

}  // namespace ashlar
