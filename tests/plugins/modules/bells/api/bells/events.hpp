#pragma once

#include <ashlar/event.hpp>

namespace bells {

struct Rang {
  int times = 0;
};
ASHLAR_EVENT(Rang, "bells.bell.rang", 1, times)

}  // namespace bells
