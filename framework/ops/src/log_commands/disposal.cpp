#include "log_commands/disposal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <vector>

#include "log_commands/dead_letter_text.hpp"
#include "log_commands/event_text.hpp"
#include "log_commands/input.hpp"
#include "text/printable.hpp"

namespace ashlar::ops {
namespace {

using Json = nlohmann::ordered_json;
using Numbers = std::vector<std::int64_t>;

store::DeadLetterQuery selected(store::LogStore& log, const CommandLine& line) {
  const std::string& number = line.argument("number");
  const std::string& group = line.argument("group");
  const std::string& consumer = line.argument("consumer");
  const int ways = int{!number.empty()} + int{!group.empty()} + int{!consumer.empty()} + int{line.flag("all")};
  if (ways != 1) throw UsageError("say which dead letters: one of NUMBER, --group, --consumer and --all");
  store::DeadLetterQuery query{.consumer = consumer};
  if (!number.empty()) query.number = number_of(number, "NUMBER");
  if (!group.empty()) query.group_of = number_of(group, "--group");
  const auto one = query.number ? query.number : query.group_of;
  if (one && log.dead_letters({.number = one}).empty()) throw Error(no_such_letter(*one));
  if (!consumer.empty() && log.dead_letters({.consumer = consumer, .limit = 1}).empty()) find_consumer(log, consumer);
  return query;
}

// Why a letter stays, or nothing.
std::string obstacle(const store::DeadLetter& letter, const std::set<std::string>& consumers, Disposal disposal) {
  if (disposal == Disposal::discard) return {};
  if (letter.event.sequence == 0) return "it never was in the log";
  if (consumers.count(letter.consumer) == 0) return "its consumer is gone";
  return {};
}

// What is done, or would be.
struct Result {
  std::map<std::string, Numbers> done;  // by consumer
  std::map<std::string, Numbers> kept;  // by reason
};

Result outlook(const std::vector<store::DeadLetter>& letters, store::LogStore& log, Disposal disposal) {
  std::set<std::string> consumers;
  for (const store::ConsumerStatus& consumer : log.consumers()) consumers.insert(consumer.name);
  Result result;
  for (const store::DeadLetter& letter : letters) {
    const std::string reason = obstacle(letter, consumers, disposal);
    (reason.empty() ? result.done[letter.consumer] : result.kept[reason]).push_back(letter.number);
  }
  return result;
}

std::string counted(const std::string& consumer, const Numbers& numbers) {
  return fmt::format("{}{}: {}", numbers.size(), consumer.empty() ? "" : " of " + printable(consumer),
                     numbers_text(numbers));
}

// Others may have disposed of some, or added some, since they were listed: what counts is what the log says.
Result apply(const store::DeadLetterQuery& query, Result expected, const std::vector<store::DeadLetter>& letters,
             store::LogStore& log, Disposal disposal) {
  const bool retries = disposal == Disposal::retry;
  const Time now = system_clock().now();
  std::map<std::int64_t, std::string> consumers;
  for (const store::DeadLetter& letter : letters) consumers[letter.number] = letter.consumer;
  const auto by_consumer = [&](std::span<const std::int64_t> numbers) {
    std::map<std::string, Numbers> done;
    for (const std::int64_t number : numbers) done[consumers[number]].push_back(number);
    return done;
  };
  const auto noting = [&](std::span<const std::int64_t> numbers) {
    std::vector<store::LogAction> actions;
    for (const auto& [consumer, done] : by_consumer(numbers)) {
      actions.push_back({now, retries ? "dead-letters retry" : "dead-letters discard", counted(consumer, done)});
    }
    return actions;
  };
  expected.done = by_consumer(retries ? log.retry(query, now, noting) : log.discard(query, noting));
  return expected;
}

std::string result_text(const Result& result, Disposal disposal, bool dry_run) {
  const bool retries = disposal == Disposal::retry;
  std::string text;
  for (const auto& [consumer, numbers] : result.done) {
    text += fmt::format(
        "{} {}\n",
        retries ? (dry_run ? "would deliver again" : "delivers again") : (dry_run ? "would discard" : "discarded"),
        counted(consumer, numbers));
  }
  for (const auto& [reason, numbers] : result.kept) {
    text += fmt::format("{} retry {}, because {}\n", dry_run ? "would not" : "did not", numbers_text(numbers), reason);
  }
  return text.empty() ? fmt::format("nothing to {}\n", retries ? "retry" : "discard") : text;
}

Json result_json(const Result& result, bool dry_run) {
  Json json = {{"dry_run", dry_run}, {"done", Json::array()}, {"kept", Json::array()}};
  for (const auto& [consumer, numbers] : result.done) {
    json["done"].push_back({{"consumer", consumer}, {"numbers", numbers}});
  }
  for (const auto& [reason, numbers] : result.kept) {
    json["kept"].push_back({{"reason", reason}, {"numbers", numbers}});
  }
  return json;
}

int dispose(store::LogStore& log, Disposal disposal, const CommandLine& line) {
  const store::DeadLetterQuery query = selected(log, line);
  const bool dry_run = line.flag("dry-run");
  const auto letters = log.dead_letters(query);
  Result result = outlook(letters, log, disposal);
  if (!dry_run) result = apply(query, std::move(result), letters, log, disposal);
  line.out << (line.flag("json") ? dumped(result_json(result, dry_run)) : result_text(result, disposal, dry_run));
  return result.done.empty() && !result.kept.empty() ? 1 : 0;
}

}  // namespace

void add_disposal(Commands& commands, const OpenLog& open, Disposal disposal) {
  const bool retries = disposal == Disposal::retry;
  commands.add({.name = retries ? "dead-letters retry" : "dead-letters discard",
                .summary = retries ? "Deliver dead letters again, to the consumer that gave them up"
                                   : "Remove dead letters for good; the events stay in the log",
                .arguments = {{.name = "number", .summary = "this one", .optional = true}},
                .options = {{.name = "group", .summary = "all that failed as this one did, by its number"},
                            {.name = "consumer", .summary = "all of this stream consumer"}},
                .flags = {{.name = "all", .summary = "all there are"}, dry_run_flag(), json_flag()},
                .run = [open, disposal](const CommandLine& line) { return dispose(open(), disposal, line); }});
}

}  // namespace ashlar::ops
