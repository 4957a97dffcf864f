#include "host/module_record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <queue>

namespace ashlar::detail {
namespace {

using Records = std::vector<std::unique_ptr<ModuleRecord>>;

// Every module left over depends on another one that is left over, so following those leads into a cycle.
std::string cycle_among(const Records& records, const std::vector<std::size_t>& open_dependencies) {
  std::size_t at = 0;
  while (open_dependencies[at] == 0) ++at;
  std::vector<std::size_t> path;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    const auto& next = records[at]->depends_on;
    at = *std::find_if(next.begin(), next.end(), [&](std::size_t n) { return open_dependencies[n] != 0; });
  }
  std::vector<std::string> names;
  for (auto from = std::find(path.begin(), path.end(), at); from != path.end(); ++from) {
    names.push_back(records[*from]->name);
  }
  // Begun with the first name, a cycle reads the same whoever found it.
  std::rotate(names.begin(), std::min_element(names.begin(), names.end()), names.end());
  names.push_back(names.front());
  return fmt::format("{}", fmt::join(names, " -> "));
}

}  // namespace

std::vector<std::size_t> start_order(const Records& records) {
  const auto later = [&](std::size_t a, std::size_t b) { return records[a]->name > records[b]->name; };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> ready(later);
  std::vector<std::size_t> open_dependencies(records.size());
  std::vector<std::vector<std::size_t>> dependents(records.size());
  for (std::size_t number = 0; number < records.size(); ++number) {
    open_dependencies[number] = records[number]->depends_on.size();
    for (std::size_t dependency : records[number]->depends_on) dependents[dependency].push_back(number);
    if (open_dependencies[number] == 0) ready.push(number);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t number = ready.top();
    ready.pop();
    order.push_back(number);
    for (std::size_t dependent : dependents[number]) {
      if (--open_dependencies[dependent] == 0) ready.push(dependent);
    }
  }
  if (order.size() < records.size()) {
    throw StartError(
        fmt::format("modules need each other in a circle: {}: break it by replacing one needs<>() by an event",
                    cycle_among(records, open_dependencies)));
  }
  return order;
}

}  // namespace ashlar::detail
