#include "command_runner.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <cstddef>
#include <map>
#include <span>
#include <sstream>
#include <utility>

namespace ashlar::testing {
namespace {

struct Found {
  const Command* command = nullptr;
  std::size_t words = 0;  // of its name
};

Found find(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  std::string name;
  Found found;
  for (std::size_t used = 1; used <= std::min<std::size_t>(2, words.size()); ++used) {
    name += (used > 1 ? " " : "") + words[used - 1];
    for (const Command& command : commands) {
      if (command.name == name) found = {&command, used};
    }
  }
  if (found.command != nullptr) return found;
  std::string known;
  for (const Command& command : commands) known += (known.empty() ? "" : ", ") + command.name;
  throw UsageError("there is no command " + name + (known.empty() ? "" : "; there are " + known));
}

template <class List>
auto named(const List& list, const std::string& name) {
  return std::find_if(std::begin(list), std::end(list), [&](const auto& entry) { return entry.name == name; });
}

void take_option(const Command& command, const std::string& word, std::span<const std::string>& rest,
                 CommandLine& line) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
  if (named(command.flags, name) != command.flags.end() && equals == std::string::npos) {
    line.flags[name] = true;
    return;
  }
  const auto option = named(command.options, name);
  if (option == command.options.end()) throw UsageError(command.name + " takes no --" + name);
  std::string value;
  if (equals != std::string::npos) {
    value = word.substr(equals + 1);
  } else {
    if (rest.empty()) throw UsageError("--" + name + " needs a value");
    value = rest.front();
    rest = rest.subspan(1);
  }
  const auto& choices = option->choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
    throw UsageError("--" + name + " does not take " + value);
  }
  line.arguments[name] = std::move(value);
}

// `rest` holds the words behind the command's name.
void parse(const Command& command, std::span<const std::string> rest, CommandLine& line) {
  for (const CommandArgument& argument : command.arguments) line.arguments[argument.name] = "";
  for (const CommandOption& option : command.options) line.arguments[option.name] = option.fallback;
  for (const CommandFlag& flag : command.flags) line.flags[flag.name] = false;
  std::size_t given = 0;
  bool options = true;
  while (!rest.empty()) {
    const std::string& word = rest.front();
    rest = rest.subspan(1);
    if (options && word == "--") {
      options = false;
    } else if (options && word.starts_with("--")) {
      take_option(command, word, rest, line);
    } else if (given < command.arguments.size()) {
      line.arguments[command.arguments[given++].name] = word;
    } else {
      throw UsageError(command.name + " takes no further argument, such as " + word);
    }
  }
  if (given < command.arguments.size() && !command.arguments[given].optional)
    throw UsageError(command.name + " needs " + command.arguments[given].name);
}

}  // namespace

CommandResult run_command(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  CommandResult result;
  try {
    const Found found = find(commands, words);
    CommandLine line{.arguments = {}, .flags = {}, .out = out, .err = err};
    parse(*found.command, std::span(words).subspan(found.words), line);
    result.exit_code = found.command->run(line);
  } catch (const UsageError& error) {
    err << error.what() << '\n';
    result.exit_code = 2;
  } catch (...) {
    err << current_exception_message() << '\n';
    result.exit_code = 1;
  }
  result.out = out.str();
  result.err = err.str();
  return result;
}

}  // namespace ashlar::testing
