#pragma once

#include <ashlar/event.hpp>
#include <chrono>

namespace users {

struct Options {
  std::chrono::milliseconds reset_valid_for = std::chrono::hours(1);  // a password reset, from its request
};
ASHLAR_STRUCT(Options, reset_valid_for)

}  // namespace users
