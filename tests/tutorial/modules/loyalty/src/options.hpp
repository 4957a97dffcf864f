#pragma once

#include <ashlar/event.hpp>
#include <cstdint>

namespace loyalty {

struct Options {
  std::int64_t points_per_euro = 1;
  std::int64_t gold_from = 1000;  // points
};
ASHLAR_STRUCT(Options, points_per_euro, gold_from)

}  // namespace loyalty
