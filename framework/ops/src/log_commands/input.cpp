#include "log_commands/input.hpp"

#include <fmt/format.h>

#include <ashlar/clock.hpp>
#include <charconv>
#include <vector>

#include "text/nearest.hpp"
#include "text/printable.hpp"

namespace ashlar::ops {

std::int64_t number_of(const std::string& text, std::string_view what) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return number;
  throw UsageError(fmt::format("{}: expected a whole number from 1 on, got '{}'", what, printable(text)));
}

store::ConsumerStatus find_consumer(store::LogStore& log, const std::string& name) {
  std::vector<std::string> names;
  for (store::ConsumerStatus& consumer : log.consumers()) {
    if (consumer.name == name) return std::move(consumer);
    names.push_back(consumer.name);
  }
  const std::string meant = did_you_mean(name, names);
  throw Error(fmt::format("there is no stream consumer '{}'{}", printable(name),
                          meant.empty() ? "; `streams list` lists them all" : meant));
}

void note(store::LogStore& log, std::string action, std::string detail) {
  log.note({.time = system_clock().now(), .action = std::move(action), .detail = std::move(detail)});
}

}  // namespace ashlar::ops
