#include "application/sections.hpp"

#include <ashlar/errors.hpp>
#include <string>
#include <type_traits>
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
  const StoreSection& store = sections.store;
  const auto is_positive = [](const auto& limit) { return !limit || *limit > std::decay_t<decltype(*limit)>{0}; };
  expect(is_positive(store.max_bytes), "store.max_bytes: expected more than 0, or null for no limit");
  expect(store.min_free_bytes >= 0, "store.min_free_bytes: expected 0 or more");
  expect(is_positive(store.retention.max_age), "store.retention.max_age: expected more than 0, or null for no limit");
  expect(is_positive(store.retention.max_count),
         "store.retention.max_count: expected more than 0, or null for no limit");
  expect(is_positive(store.retention.max_bytes),
         "store.retention.max_bytes: expected more than 0, or null for no limit");
  expect(store.retention_interval.count() > 0, "store.retention_interval: expected more than 0");
  if (!problems.empty()) throw ConfigurationError(std::move(problems));
}

}  // namespace ashlar::ops
