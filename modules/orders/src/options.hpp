#pragma once

#include <ashlar/event.hpp>
#include <cstdint>

namespace orders {

struct Options {
  std::int32_t max_lines = 50;            // of one order
  std::int32_t max_quantity = 1'000'000;  // of one line
};
ASHLAR_STRUCT(Options, max_lines, max_quantity)

}  // namespace orders
