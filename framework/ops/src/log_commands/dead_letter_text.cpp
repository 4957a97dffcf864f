#include "log_commands/dead_letter_text.hpp"

#include <fmt/format.h>

#include <ashlar/time_text.hpp>

#include "log_commands/event_text.hpp"
#include "text/printable.hpp"
#include "text/table.hpp"

namespace ashlar::ops {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

std::string letters_text(const std::vector<store::DeadLetter>& letters) {
  TextTable table({{"number", Align::right},
                   {"consumer"},
                   {"event"},
                   {"sequence", Align::right},
                   {"deliveries", Align::right},
                   {"last failure"},
                   {"reason"}});
  for (const store::DeadLetter& each : letters) {
    table.add({std::to_string(each.number), printable(each.consumer), event_name(each.event.metadata),
               each.event.sequence == 0 ? "-" : std::to_string(each.event.sequence), std::to_string(each.deliveries),
               time_text(each.last_failure), printable(each.reason)});
  }
  return table.text();
}

std::string groups_text(const std::vector<store::DeadLetterGroup>& groups) {
  TextTable table({{"group", Align::right},
                   {"letters", Align::right},
                   {"consumer"},
                   {"event"},
                   {"first failure"},
                   {"last failure"},
                   {"reason"}});
  for (const store::DeadLetterGroup& each : groups) {
    table.add({std::to_string(each.newest), std::to_string(each.count), printable(each.consumer), printable(each.event),
               time_text(each.first_failure), time_text(each.last_failure), printable(each.reason)});
  }
  return table.text();
}

std::string letter_text(const store::DeadLetter& letter) {
  std::string text = labelled("dead letter", std::to_string(letter.number));
  text += labelled("consumer", printable(letter.consumer));
  text += labelled("reason", printable(letter.reason));
  text += labelled("deliveries", std::to_string(letter.deliveries));
  text += labelled("first failure", time_text(letter.first_failure));
  text += labelled("last failure", time_text(letter.last_failure));
  for (const store::Attempt& attempt : letter.attempts) {
    text += labelled(fmt::format("attempt {}", attempt.count),
                     fmt::format("{}  {}", time_text(attempt.time), printable(attempt.error)));
  }
  return text + "\n" + event_text(letter.event);
}

Json letter_json(const store::DeadLetter& letter) {
  Json attempts = Json::array();
  for (const store::Attempt& attempt : letter.attempts) {
    attempts.push_back({{"count", attempt.count}, {"time", time_text(attempt.time)}, {"error", attempt.error}});
  }
  return {{"number", letter.number},
          {"consumer", letter.consumer},
          {"reason", letter.reason},
          {"deliveries", letter.deliveries},
          {"first_failure", time_text(letter.first_failure)},
          {"last_failure", time_text(letter.last_failure)},
          {"attempts", std::move(attempts)},
          {"event", event_json(letter.event)}};
}

Json group_json(const store::DeadLetterGroup& group) {
  return {{"group", group.newest},
          {"letters", group.count},
          {"consumer", group.consumer},
          {"event", group.event},
          {"reason", group.reason},
          {"first_failure", time_text(group.first_failure)},
          {"last_failure", time_text(group.last_failure)}};
}

std::string numbers_text(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::size_t first = 0; first < numbers.size();) {
    std::size_t last = first;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += text.empty() ? "" : ", ";
    text += std::to_string(numbers[first]);
    if (last > first) text += (last == first + 1 ? ", " : "-") + std::to_string(numbers[last]);
    first = last + 1;
  }
  return text;
}

}  // namespace ashlar::ops
