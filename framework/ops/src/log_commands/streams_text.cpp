#include "log_commands/streams_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "log_commands/event_text.hpp"
#include "text/table.hpp"

namespace ashlar::ops {

std::string streams_text(store::LogStore& log) {
  const store::LogBounds bounds = log.bounds();
  std::string text = bounds.count == 0
                         ? "the log is empty\n"
                         : fmt::format("{} event{} in the log, {} to {}, {} bytes\n", bounds.count,
                                       bounds.count == 1 ? "" : "s", bounds.first, bounds.last, bounds.bytes);
  const auto consumers = log.consumers();
  if (consumers.empty()) return text + "no stream consumer was ever started\n";
  constexpr auto right = TextTable::Align::right;
  TextTable table({{"consumer"},
                   {"position", right},
                   {"lag", right},
                   {"in flight", right},
                   {"waiting", right},
                   {"dead", right},
                   {"lost", right},
                   {"state"},
                   {"events"}});
  for (const store::ConsumerStatus& each : consumers) {
    table.add({each.name, std::to_string(each.position), std::to_string(each.lag), std::to_string(each.in_flight),
               std::to_string(each.waiting), std::to_string(each.dead), std::to_string(each.lost),
               each.paused ? "paused" : "open", fmt::format("{}", fmt::join(each.events, ", "))});
  }
  return text + "\n" + table.text();
}

std::string streams_json(store::LogStore& log) {
  using Json = nlohmann::ordered_json;
  const store::LogBounds bounds = log.bounds();
  Json json = {
      {"log", {{"first", bounds.first}, {"last", bounds.last}, {"count", bounds.count}, {"bytes", bounds.bytes}}},
      {"consumers", Json::array()}};
  for (const store::ConsumerStatus& each : log.consumers()) {
    json["consumers"].push_back({{"name", each.name},
                                 {"events", each.events},
                                 {"position", each.position},
                                 {"lag", each.lag},
                                 {"in_flight", each.in_flight},
                                 {"waiting", each.waiting},
                                 {"dead", each.dead},
                                 {"lost", each.lost},
                                 {"paused", each.paused}});
  }
  return dumped(json);
}

}  // namespace ashlar::ops
