#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

enum class ModuleState { created, starting, running, degraded, stopping, stopped, failed };

// `running`, …; the word that logs, pages and JSON use.
std::string_view to_string(ModuleState state);

// What one check found. A check reports trouble by returning a reason or by throwing.
struct HealthCheckResult {
  std::string name;  // `module` for a module's state, `module/check` for its own checks
  bool healthy = true;
  std::string detail{};  // why not
  std::chrono::milliseconds took{0};
};

struct HealthReport {
  bool alive = true;   // the process works
  bool ready = false;  // it is running, and every check is healthy
  std::vector<HealthCheckResult> checks{};
};

// Returns nothing to complain of as an empty string, or the reason why the module is not ready. Called on a thread of its
// own, at most once at a time.
using HealthCheck = std::function<std::string()>;

}  // namespace ashlar
