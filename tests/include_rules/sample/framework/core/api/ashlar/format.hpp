#include <ashlar/event.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>  // forbidden: an api includes the standard library

#include "plan.hpp"  // forbidden: an api does not include what others may not see
