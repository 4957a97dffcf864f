#include "health/health_text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace ashlar::ops {

std::string health_text(const HealthReport& report) {
  std::string text = report.ready ? "ready\n" : "not ready\n";
  for (const HealthCheckResult& check : report.checks) {
    fmt::format_to(std::back_inserter(text), "  {:6}  {}{}{}\n", check.healthy ? "ok" : "FAILED", check.name,
                   check.detail.empty() ? "" : ": ", check.detail);
  }
  return text;
}

std::string health_json(const HealthReport& report) {
  using Json = nlohmann::ordered_json;
  Json json = {{"status", report.ready ? "ready" : "not ready"}, {"checks", Json::array()}};
  for (const HealthCheckResult& check : report.checks) {
    json["checks"].push_back(
        {{"name", check.name}, {"healthy", check.healthy}, {"detail", check.detail}, {"took_ms", check.took.count()}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ashlar::ops
