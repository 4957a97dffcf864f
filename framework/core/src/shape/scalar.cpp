#include "shape/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/time_text.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "text/nearest.hpp"

namespace ashlar::detail {
namespace {

template <class T>
T load(const void* value) {
  T copy;
  std::memcpy(&copy, value, sizeof copy);
  return copy;
}

// An object of another integer type of the same width is written through its bytes, whatever its name (long, long long).
void store(void* value, std::uint8_t bytes, std::uint64_t amount) {
  switch (bytes) {
    case 1: {
      const auto narrow = static_cast<std::uint8_t>(amount);
      std::memcpy(value, &narrow, 1);
      return;
    }
    case 2: {
      const auto narrow = static_cast<std::uint16_t>(amount);
      std::memcpy(value, &narrow, 2);
      return;
    }
    case 4: {
      const auto narrow = static_cast<std::uint32_t>(amount);
      std::memcpy(value, &narrow, 4);
      return;
    }
    default: std::memcpy(value, &amount, 8);
  }
}

std::int64_t load_signed(const void* value, std::uint8_t bytes) {
  switch (bytes) {
    case 1: return load<std::int8_t>(value);
    case 2: return load<std::int16_t>(value);
    case 4: return load<std::int32_t>(value);
    default: return load<std::int64_t>(value);
  }
}

std::uint64_t load_unsigned(const void* value, std::uint8_t bytes) {
  switch (bytes) {
    case 1: return load<std::uint8_t>(value);
    case 2: return load<std::uint16_t>(value);
    case 4: return load<std::uint32_t>(value);
    default: return load<std::uint64_t>(value);
  }
}

std::string names_of(const Shape& enumerated) {
  std::string names;
  for (const Enumerator& e : enumerated.enumerators) {
    if (!names.empty()) names += ", ";
    names += e.name;
  }
  return names;
}

}  // namespace

Integer read_integer(const void* value, const Shape& shape) {
  if (!shape.is_signed) return {false, load_unsigned(value, shape.bytes)};
  const std::int64_t number = load_signed(value, shape.bytes);
  return number < 0 ? Integer{true, 0 - static_cast<std::uint64_t>(number)}
                    : Integer{false, static_cast<std::uint64_t>(number)};
}

Integer least(const Shape& shape) {
  return shape.is_signed ? Integer{true, std::uint64_t{1} << (shape.bytes * 8 - 1)} : Integer{};
}

Integer greatest(const Shape& shape) {
  return {false, std::numeric_limits<std::uint64_t>::max() >> (64 - shape.bytes * 8 + (shape.is_signed ? 1 : 0))};
}

bool write_integer(void* value, const Shape& shape, Integer integer) {
  if (integer.amount > (integer.negative ? least(shape) : greatest(shape)).amount) return false;
  store(value, shape.bytes, integer.negative ? 0 - integer.amount : integer.amount);
  return true;
}

std::string to_string(Integer integer) {
  const fmt::format_int digits(integer.amount);
  std::string text;
  if (integer.negative && integer.amount != 0) text += '-';
  return text.append(digits.data(), digits.size());
}

double read_real(const void* value, const Shape& shape) {
  return shape.bytes == sizeof(float) ? double{load<float>(value)} : load<double>(value);
}

bool write_real(void* value, const Shape& shape, double real) {
  if (!std::isfinite(real)) return false;
  if (shape.bytes == sizeof(double)) {
    std::memcpy(value, &real, sizeof real);
    return true;
  }
  // The shortest text of the greatest float is a little more than it.
  constexpr double greatest_float = std::numeric_limits<float>::max();
  if (std::abs(real) > greatest_float * (1 + 1e-8)) return false;
  const auto narrow = static_cast<float>(std::clamp(real, -greatest_float, greatest_float));
  std::memcpy(value, &narrow, sizeof narrow);
  return true;
}

std::string real_text(const void* value, const Shape& shape) {
  std::string text =
      shape.bytes == sizeof(float) ? fmt::format("{}", load<float>(value)) : fmt::format("{}", load<double>(value));
  if (text.find_first_not_of("-0123456789") == text.npos) text += ".0";
  return text;
}

bool has_text(Kind kind) {
  switch (kind) {
    case Kind::string:
    case Kind::secret:
    case Kind::enumerated:
    case Kind::time_point:
    case Kind::duration:
    case Kind::uuid: return true;
    default: return false;
  }
}

std::string read_text(const void* value, const Shape& shape) {
  switch (shape.kind) {
    case Kind::string: return *static_cast<const std::string*>(value);
    case Kind::secret: return static_cast<const Secret*>(value)->value;
    case Kind::uuid: return static_cast<const Uuid*>(value)->to_string();
    case Kind::time_point: return time_text(Time{std::chrono::milliseconds{shape.access.read(value)}});
    case Kind::duration: {
      const std::int64_t count = shape.access.read(value);
      using Limits = std::numeric_limits<std::int64_t>;
      if (count == Limits::min() || count == Limits::max()) throw Error("a duration is beyond 292 years");
      return duration_text(std::chrono::nanoseconds{count});
    }
    case Kind::enumerated: {
      const std::int64_t number = shape.access.read(value);
      for (const Enumerator& e : shape.enumerators) {
        if (e.value == number) return std::string(e.name);
      }
      throw Error(fmt::format("{} is no value of {}, whose names are {}", number, shape.type_name, names_of(shape)));
    }
    default: return {};
  }
}

bool write_text(void* value, const Shape& shape, std::string_view text) {
  switch (shape.kind) {
    case Kind::string: *static_cast<std::string*>(value) = text; return true;
    case Kind::secret: static_cast<Secret*>(value)->value = text; return true;
    case Kind::uuid:
      if (const auto uuid = Uuid::parse(text)) {
        *static_cast<Uuid*>(value) = *uuid;
        return true;
      }
      return false;
    case Kind::time_point: {
      const auto time = parse_time(text);
      return time && shape.access.write(value, time->time_since_epoch().count());
    }
    case Kind::duration: {
      const auto duration = parse_duration(text);
      return duration && shape.access.write(value, duration->count());
    }
    case Kind::enumerated:
      for (const Enumerator& e : shape.enumerators) {
        if (e.name == text) return shape.access.write(value, e.value);
      }
      return false;
    default: return false;
  }
}

std::string expected(const Shape& shape) {
  switch (shape.kind) {
    case Kind::boolean: return "true or false";
    case Kind::integer: return "an integer";
    case Kind::real: return "a number";
    case Kind::string:
    case Kind::secret: return "a string";
    case Kind::enumerated: return "one of " + names_of(shape);
    case Kind::optional: return expected(*shape.element);
    case Kind::list: return "an array";
    case Kind::map:
    case Kind::record: return "an object";
    case Kind::time_point: return "a time like 2026-11-20T12:00:00.000Z";
    case Kind::duration: return "a duration like 250ms, 5s, 2min, 1h or 1d";
    case Kind::uuid: return "a UUID";
  }
  return {};
}

std::string expected_range(const Shape& shape) {
  if (shape.kind == Kind::real) return shape.bytes == sizeof(float) ? "a number of 32 bits" : "a number of 64 bits";
  return "an integer from " + to_string(least(shape)) + " to " + to_string(greatest(shape));
}

std::string refused_text(const Shape& shape, std::string_view text, std::string_view shown) {
  const bool not_exact =
      (shape.kind == Kind::duration && parse_duration(text)) || (shape.kind == Kind::time_point && parse_time(text));
  if (not_exact) return fmt::format("{} is more or finer than this field can hold", shown);
  std::string problem = fmt::format("expected {}, got {}", expected(shape), shown);
  if (shape.kind == Kind::enumerated) {
    std::vector<std::string_view> names;
    for (const Enumerator& e : shape.enumerators) names.push_back(e.name);
    problem += did_you_mean(text, names);
  }
  return problem;
}

}  // namespace ashlar::detail
