#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "log_commands/event_text.hpp"
#include "log_commands/input.hpp"
#include "log_commands/log_commands.hpp"
#include "log_commands/streams_text.hpp"

namespace ashlar::ops {
namespace {

enum class Change { pause, resume };

int change(store::LogStore& log, Change change, const CommandLine& line) {
  const std::string& name = line.argument("name");
  const bool pauses = change == Change::pause;
  const bool changes = find_consumer(log, name).paused != pauses;
  if (changes && pauses) log.pause(name);
  if (changes && !pauses) log.resume(name);
  if (changes) note(log, pauses ? "streams pause" : "streams resume", name);
  if (line.flag("json")) {
    line.out << dumped({{"consumer", name}, {"paused", pauses}, {"changed", changes}});
  } else if (pauses) {
    line.out << name
             << (changes ? " is paused: it is given no events until `streams resume`\n" : " is paused already\n");
  } else {
    line.out << name << (changes ? " is given events again\n" : " is not paused\n");
  }
  return 0;
}

}  // namespace

void add_stream_commands(Commands& commands, const OpenLog& open) {
  const CommandArgument name{.name = "name", .summary = "the consumer, as `streams list` shows it"};
  commands.add({.name = "streams list",
                .summary = "Show how far each stream consumer is, and what it has given up",
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) {
                  store::LogStore& log = open();
                  line.out << (line.flag("json") ? streams_json(log) : streams_text(log));
                  return 0;
                }});
  commands.add({.name = "streams pause",
                .summary = "Give a stream consumer no more events; what it has already, it finishes",
                .arguments = {name},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return change(open(), Change::pause, line); }});
  commands.add({.name = "streams resume",
                .summary = "Let a stream consumer go on that was paused",
                .arguments = {name},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return change(open(), Change::resume, line); }});
}

}  // namespace ashlar::ops
