#include "application/sections.hpp"

#include <ashlar/errors.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ashlar::ops {

void check(const Sections& sections) {
  std::vector<std::string> problems;
  const auto expect = [&](bool holds, const char* problem) {
    if (!holds) problems.emplace_back(problem);
  };
  constexpr int most_threads = 1024;
  expect(sections.http.threads >= 1 && sections.http.threads <= most_threads, "http.threads: expected 1 to 1024");
  expect(sections.http.receive_timeout.count() > 0, "http.receive_timeout: expected more than 0");
  expect(sections.http.keep_alive_timeout.count() > 0, "http.keep_alive_timeout: expected more than 0");
  expect(sections.host.stop_deadline.count() > 0, "host.stop_deadline: expected more than 0");
  expect(sections.host.health_limit.count() > 0, "host.health_limit: expected more than 0");
  expect(sections.host.max_depth > 0, "host.max_depth: expected more than 0");
  if (!problems.empty()) throw ConfigurationError(std::move(problems));
}

}  // namespace ashlar::ops
