// What is read of the dead letters; disposal.cpp has what changes them.

#include <fmt/format.h>

#include <ostream>

#include "log_commands/dead_letter_text.hpp"
#include "log_commands/disposal.hpp"
#include "log_commands/event_text.hpp"
#include "log_commands/input.hpp"
#include "log_commands/log_commands.hpp"

namespace ashlar::ops {
namespace {

using Json = nlohmann::ordered_json;

int list(store::LogStore& log, const CommandLine& line) {
  const std::string& consumer = line.argument("consumer");
  const auto limit = static_cast<std::size_t>(number_of(line.argument("limit"), "--limit"));
  const auto groups = log.dead_letter_groups(consumer);
  if (groups.empty() && !consumer.empty()) (void)find_consumer(log, consumer);
  Json json = Json::array();
  if (line.flag("groups")) {
    for (const store::DeadLetterGroup& group : groups) json.push_back(group_json(group));
    line.out << (line.flag("json") ? dumped(json) : groups.empty() ? "no dead letters\n" : groups_text(groups));
    return 0;
  }
  const auto letters = log.dead_letters({.consumer = consumer, .limit = limit});
  for (const store::DeadLetter& letter : letters) json.push_back(letter_json(letter));
  line.out << (line.flag("json") ? dumped(json) : letters.empty() ? "no dead letters\n" : letters_text(letters));
  std::int64_t count = 0;
  for (const store::DeadLetterGroup& group : groups) count += group.count;
  const auto shown = static_cast<std::int64_t>(letters.size());
  if (count > shown && !line.flag("json")) {
    line.out << fmt::format("and {} more: --limit shows more of them, --groups what they have in common\n",
                            count - shown);
  }
  return 0;
}

int show(store::LogStore& log, const CommandLine& line) {
  const std::int64_t number = number_of(line.argument("number"), "NUMBER");
  const auto letters = log.dead_letters({.number = number});
  if (letters.empty()) throw Error(no_such_letter(number));
  line.out << (line.flag("json") ? dumped(letter_json(letters.front())) : letter_text(letters.front()));
  return 0;
}

}  // namespace

std::string no_such_letter(std::int64_t number) {
  return fmt::format(
      "there is no dead letter {}: it was retried, discarded, or never there; `dead-letters list` lists "
      "them all",
      number);
}

void add_dead_letter_commands(Commands& commands, const OpenLog& open) {
  commands.add({.name = "dead-letters list",
                .summary = "Show the events that a consumer gave up, oldest first",
                .options = {{.name = "consumer", .summary = "only those of this stream consumer"},
                            {.name = "limit", .summary = "so many at most", .fallback = "100"}},
                .flags = {{.name = "groups", .summary = "put together what failed for one reason"}, json_flag()},
                .run = [open](const CommandLine& line) { return list(open(), line); }});
  commands.add({.name = "dead-letters show",
                .summary = "Show a dead letter: its event, and why each delivery failed",
                .arguments = {{.name = "number", .summary = "as `dead-letters list` shows it"}},
                .flags = {json_flag()},
                .run = [open](const CommandLine& line) { return show(open(), line); }});
  add_disposal(commands, open, Disposal::retry);
  add_disposal(commands, open, Disposal::discard);
}

}  // namespace ashlar::ops
