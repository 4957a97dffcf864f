#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <type_traits>
#include <utility>

// How a std::chrono duration of any period and representation travels as a count of one fixed unit, without overflow.

namespace ashlar::detail {

// `duration` counted in `Unit`, rounded down; what does not fit ends at the least or greatest count.
template <class Unit, class Duration>
std::int64_t count_in(Duration duration) {
  using Ratio = std::ratio_divide<typename Duration::period, Unit>;
  using Limits = std::numeric_limits<std::int64_t>;
  const auto count = duration.count();
  if constexpr (std::is_floating_point_v<typename Duration::rep>) {
    const double scaled =
        static_cast<double>(count) * static_cast<double>(Ratio::num) / static_cast<double>(Ratio::den);
    if (!(scaled > -9.2e18)) return Limits::min();
    if (scaled > 9.2e18) return Limits::max();
    return static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  } else {
    std::int64_t scaled = 0;
    if (!std::in_range<std::int64_t>(count)) return Limits::max();
    if (__builtin_mul_overflow(static_cast<std::int64_t>(count), Ratio::num, &scaled)) {
      return count < 0 ? Limits::min() : Limits::max();
    }
    return scaled / Ratio::den - (scaled % Ratio::den < 0 ? 1 : 0);
  }
}

enum class Rounding { exact, down };

// The duration of `count` units; nothing when Duration cannot hold it, or, for `exact`, only by rounding.
template <class Unit, class Duration>
std::optional<Duration> from_count(std::int64_t count, Rounding rounding) {
  using Ratio = std::ratio_divide<typename Duration::period, Unit>;
  using Rep = typename Duration::rep;
  if constexpr (std::is_floating_point_v<Rep>) {
    return Duration{static_cast<Rep>(static_cast<double>(count) * static_cast<double>(Ratio::den) /
                                     static_cast<double>(Ratio::num))};
  } else {
    std::int64_t scaled = 0;
    if (__builtin_mul_overflow(count, Ratio::den, &scaled)) return std::nullopt;
    const std::int64_t rest = scaled % Ratio::num;
    if (rest != 0 && rounding == Rounding::exact) return std::nullopt;
    const std::int64_t ticks = scaled / Ratio::num - (rest < 0 ? 1 : 0);
    if (!std::in_range<Rep>(ticks)) return std::nullopt;
    return Duration{static_cast<Rep>(ticks)};
  }
}

}  // namespace ashlar::detail
