#pragma once

#include <ashlar/event.hpp>

namespace echo {

struct Echoed {
  int times = 0;
};
ASHLAR_EVENT(Echoed, "echo.bell.echoed", 1, times)

}  // namespace echo
