#include "command_line/built_in.hpp"

#include <ostream>

#include "describe/describe.hpp"
#include "health/health_text.hpp"
#include "log_commands/rebuild.hpp"

namespace ashlar::ops {

void add_built_in_commands(Commands& commands, ModuleHost& host, store::DurableLog& log, const OpenLog& open_log) {
  const CommandFlag json{.name = "json", .summary = "for programs"};
  commands.add({.name = "describe",
                .summary = "Show the modules and the events: who publishes, who handles, in which order",
                .flags = {json},
                .run = [&host](const CommandLine& line) {
                  const HostDescription description = host.describe();
                  line.out << (line.flag("json") ? describe_json(description) : describe_text(description));
                  return 0;
                }});
  commands.add({.name = "explain",
                .summary = "Say who receives an event, in which order, and why",
                .arguments = {{.name = "event", .summary = "its name, as `describe` shows it"}},
                .flags = {json},
                .run = [&host](const CommandLine& line) {
                  const HostDescription description = host.describe();
                  const std::string& event = line.argument("event");
                  const auto text =
                      line.flag("json") ? explain_json(description, event) : explain_text(description, event);
                  if (!text) throw Error(no_such_event(description, event));
                  line.out << *text;
                  return 0;
                }});
  commands.add({.name = "health",
                .summary = "Start the modules and ask each whether it is well; exit code 1 where one is not",
                .flags = {json},
                .run = [&host](const CommandLine& line) {
                  const HealthReport report = host.health();
                  line.out << (line.flag("json") ? health_json(report) : health_text(report));
                  return report.ready ? 0 : 1;
                }});
  add_log_commands(commands, open_log);
  add_rebuild_command(commands, log);
}

HostNeed need_of(std::string_view command) {
  if (command == "streams" || command == "dead-letters" || command == "log") return HostNeed::assembled;
  return command == "describe" || command == "explain" ? HostNeed::prepared : HostNeed::started;
}

}  // namespace ashlar::ops
