#include <fmt/format.h>

#include <algorithm>
#include <ashlar/event_pattern.hpp>
#include <ashlar/time_text.hpp>
#include <ostream>
#include <utility>
#include <vector>

#include "log_commands/event_text.hpp"
#include "log_commands/input.hpp"
#include "log_commands/log_commands.hpp"
#include "text/printable.hpp"
#include "text/table.hpp"

namespace ashlar::ops {
namespace {

using Json = nlohmann::ordered_json;
using Events = std::vector<StoredEvent>;

// Calls `visit` with those from `from` to `to` that match, in order.
template <class Visit>
void each_event(store::LogStore& log, std::int64_t from, std::int64_t to, const std::vector<std::string>& wanted,
                const Visit& visit) {
  constexpr std::size_t at_once = 1'000;
  while (from <= to) {
    const store::LogStore::Page page = log.read(from, at_once, wanted);
    for (const StoredEvent& event : page.events) {
      if (event.sequence > to) return;
      visit(event);
    }
    if (page.next <= from) return;
    from = page.next;
  }
}

// The newest `limit`, oldest first: looks at ever earlier parts of the log until there are enough.
Events newest(store::LogStore& log, std::size_t limit, const std::vector<std::string>& wanted) {
  constexpr std::int64_t most_at_once = 10'000;
  const store::LogBounds bounds = log.bounds();
  Events found;
  std::int64_t step = std::clamp<std::int64_t>(static_cast<std::int64_t>(limit), 1, most_at_once);
  std::int64_t next_step = step;
  for (std::int64_t to = bounds.last; bounds.first > 0 && to >= bounds.first && found.size() < limit; to -= step) {
    // Larger ones from step to step: the events may be rare, and a small part costs as much as a large one.
    step = std::exchange(next_step, std::min(4 * next_step, most_at_once));
    Events part;
    each_event(log, std::max(bounds.first, to - step + 1), to, wanted,
               [&](const StoredEvent& event) { part.push_back(event); });
    found.insert(found.begin(), part.begin(), part.end());
  }
  if (found.size() > limit) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
  return found;
}

int tail(store::LogStore& log, const CommandLine& line) {
  const auto limit = static_cast<std::size_t>(number_of(line.argument("limit"), "--limit"));
  std::vector<std::string> wanted;
  try {
    wanted.push_back(normal_event_reference(line.argument("events")));
  } catch (const Error& error) {
    throw UsageError(std::string("--events: ") + error.what());
  }
  const Events events = newest(log, limit, wanted);
  if (line.flag("json")) {
    Json json = Json::array();
    for (const StoredEvent& event : events) json.push_back(event_json(event));
    line.out << dumped(json);
    return 0;
  }
  if (events.empty()) {
    line.out << "no such events in the log\n";
    return 0;
  }
  TextTable table({{"sequence", TextTable::Align::right}, {"time"}, {"event"}, {"key"}, {"data"}});
  for (const StoredEvent& event : events) {
    table.add({std::to_string(event.sequence), time_text(event.metadata.time), event_name(event.metadata),
               printable(event.metadata.key), data_text(event.data)});
  }
  line.out << table.text();
  return 0;
}

int show(store::LogStore& log, const CommandLine& line) {
  const std::int64_t sequence = number_of(line.argument("sequence"), "SEQUENCE");
  const auto page = log.read(sequence, 1, std::vector<std::string>{"#"});
  if (page.events.empty() || page.events.front().sequence != sequence) {
    const store::LogBounds bounds = log.bounds();
    throw Error(fmt::format("there is no event {} in the log, {}", sequence,
                            bounds.count == 0 ? std::string("which is empty")
                                              : fmt::format("which holds {} to {}", bounds.first, bounds.last)));
  }
  const StoredEvent& event = page.events.front();
  line.out << (line.flag("json") ? dumped(event_json(event)) : event_text(event));
  return 0;
}

int replay(store::LogStore& log, const CommandLine& line) {
  const std::string& name = line.argument("consumer");
  if (name.empty() || line.argument("from").empty() || line.argument("to").empty()) {
    throw UsageError("say what is delivered again, and to whom: --consumer NAME --from SEQUENCE --to SEQUENCE");
  }
  const std::int64_t from = number_of(line.argument("from"), "--from");
  const std::int64_t to = number_of(line.argument("to"), "--to");
  if (from > to) throw UsageError(fmt::format("--from {} is behind --to {}: exchange them", from, to));
  const store::ConsumerStatus consumer = find_consumer(log, name);
  const bool dry_run = line.flag("dry-run");
  std::int64_t count = 0;
  if (dry_run) {
    each_event(log, from, std::min(to, log.bounds().last), consumer.events, [&](const StoredEvent&) { ++count; });
  } else {
    const Time now = system_clock().now();
    count = log.replay(name, from, to, now, [&](std::span<const std::int64_t> done) {
      return std::vector<store::LogAction>{
          {now, "log replay", fmt::format("{} from {} to {} to {}", done.size(), done.front(), done.back(), name)}};
    });
  }
  if (line.flag("json")) {
    line.out << dumped({{"dry_run", dry_run}, {"consumer", name}, {"from", from}, {"to", to}, {"events", count}});
  } else if (dry_run) {
    line.out << fmt::format("would deliver {} again to {}, but for what is on its way to it anyway\n", count, name);
  } else {
    line.out << fmt::format("delivers {} again to {}{}\n", count, name,
                            consumer.paused ? " once it is resumed, because it is paused" : "");
  }
  return 0;
}

int actions(store::LogStore& log, const CommandLine& line) {
  const auto found = log.actions(static_cast<std::size_t>(number_of(line.argument("limit"), "--limit")));
  Json json = Json::array();
  TextTable table({{"time"}, {"action"}, {"what"}});
  for (const store::LogAction& each : found) {
    json.push_back({{"time", time_text(each.time)}, {"action", each.action}, {"detail", each.detail}});
    table.add({time_text(each.time), printable(each.action), printable(each.detail)});
  }
  line.out << (line.flag("json") ? dumped(json) : found.empty() ? "nobody changed the log by hand\n" : table.text());
  return 0;
}

}  // namespace

void add_event_commands(Commands& commands, const OpenLog& open) {
  commands.add({.name = "log tail",
                .summary = "Show the newest events of the log; what is a secret by its name, as ***",
                .options = {{.name = "limit", .summary = "so many at most", .fallback = "10"},
                            {.name = "events", .summary = "only these: a name or a pattern", .fallback = "#"}},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return tail(open(), line); }});
  commands.add({.name = "log show",
                .summary = "Show one event of the log; what is a secret by its name, as ***",
                .arguments = {{.name = "sequence", .summary = "as `log tail` shows it"}},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return show(open(), line); }});
  commands.add({.name = "log replay",
                .summary = "Deliver events of the log once more to a stream consumer",
                .options = {{.name = "consumer", .summary = "to which, as `streams list` shows it"},
                            {.name = "from", .summary = "the first, by its sequence"},
                            {.name = "to", .summary = "the last"}},
                .flags = {dry_run_flag(), json_flag()},
                .run = [open](const CommandLine& line) { return replay(open(), line); }});
  commands.add({.name = "log actions",
                .summary = "Show what was changed by hand, newest last",
                .options = {{.name = "limit", .summary = "so many at most", .fallback = "20"}},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return actions(open(), line); }});
}

}  // namespace ashlar::ops
