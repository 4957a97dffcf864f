#pragma once

#include <ashlar/health.hpp>
#include <string>

namespace ashlar::ops {

// `ready`, or what is not; then a line for each check.
std::string health_text(const HealthReport& report);

// {"status": "ready", "checks": [{"name", "healthy", "detail", "took_ms"}]}
std::string health_json(const HealthReport& report);

}  // namespace ashlar::ops
