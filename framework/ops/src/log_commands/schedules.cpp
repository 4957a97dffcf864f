#include <fmt/format.h>

#include <algorithm>
#include <ashlar/time_text.hpp>
#include <limits>
#include <ostream>

#include "log_commands/event_text.hpp"
#include "log_commands/input.hpp"
#include "log_commands/log_commands.hpp"
#include "text/printable.hpp"
#include "text/table.hpp"

namespace ashlar::ops {
namespace {

using Json = nlohmann::ordered_json;

int list(store::LogStore& log, const CommandLine& line) {
  const auto found = log.scheduled(static_cast<std::size_t>(number_of(line.argument("limit"), "--limit")));
  Json json = Json::array();
  TextTable table({{"number", TextTable::Align::right}, {"due"}, {"event"}, {"key"}, {"data"}});
  for (const store::ScheduledEvent& each : found) {
    json.push_back({{"number", each.number}, {"due", time_text(each.due)}, {"event", event_json(each.event)}});
    table.add({std::to_string(each.number), time_text(each.due), event_name(each.event.metadata),
               printable(each.event.metadata.key), data_text(each.event.data)});
  }
  line.out << (line.flag("json") ? dumped(json) : found.empty() ? "nothing is scheduled\n" : table.text());
  return 0;
}

int cancel(store::LogStore& log, const CommandLine& line) {
  const std::int64_t number = number_of(line.argument("number"), "NUMBER");
  const auto all = log.scheduled(std::numeric_limits<std::size_t>::max());
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.number == number; });
  if (found == all.end() || !log.cancel(number)) {
    throw Error(
        fmt::format("there is no scheduled event {}: it is in the log by now, was cancelled, or never there; "
                    "`log scheduled` lists them all",
                    number));
  }
  const std::string what =
      fmt::format("{}: {}, due {}", number, event_name(found->event.metadata), time_text(found->due));
  note(log, "log cancel", what);
  line.out << (line.flag("json") ? dumped({{"number", number}, {"cancelled", true}}) : "cancelled " + what + "\n");
  return 0;
}

}  // namespace

void add_schedule_commands(Commands& commands, const OpenLog& open) {
  commands.add({.name = "log scheduled",
                .summary = "Show the events that will be published later, in order of their time",
                .options = {{.name = "limit", .summary = "so many at most", .fallback = "100"}},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return list(open(), line); }});
  commands.add({.name = "log cancel",
                .summary = "Cancel a scheduled event",
                .arguments = {{.name = "number", .summary = "as `log scheduled` shows it"}},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return cancel(open(), line); }});
}

void add_log_commands(Commands& commands, const OpenLog& open) {
  add_stream_commands(commands, open);
  add_dead_letter_commands(commands, open);
  add_event_commands(commands, open);
  add_schedule_commands(commands, open);
}

}  // namespace ashlar::ops
