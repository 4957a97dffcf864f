#include "command_line/command_list.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace ashlar::ops {
namespace {

constexpr std::array reserved = std::to_array<std::string_view>(
    {"data", "config", "set", "modules", "plugins", "print-config", "help", "version", "log-level", "log-format"});

bool is_word(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_command_name(std::string_view name) {
  const std::size_t space = name.find(' ');
  return space == std::string_view::npos ? is_word(name)
                                         : is_word(name.substr(0, space)) && is_word(name.substr(space + 1));
}

void check_names(const Command& command) {
  const std::string who = "the command '" + command.name + "' ";
  std::set<std::string_view> seen;
  const auto once = [&](const std::string& name) {
    if (!seen.insert(name).second) throw DeclarationError(who + "declares '" + name + "' twice");
  };
  const auto option = [&](const std::string& name) {
    if (!is_word(name))
      throw DeclarationError(who + "has an option '" + name + "': write its name as [a-z][a-z0-9_-]*");
    if (std::find(reserved.begin(), reserved.end(), name) != reserved.end()) {
      throw DeclarationError(who + "has an option --" + name + ", which every application has already: rename it");
    }
    once(name);
  };
  const CommandArgument* left_out = nullptr;
  for (const CommandArgument& each : command.arguments) {
    once(each.name);
    if (left_out != nullptr && !each.optional) {
      throw DeclarationError(who + "needs '" + each.name + "' behind '" + left_out->name +
                             "', which may be left out: exchange them");
    }
    if (each.optional) left_out = &each;
  }
  for (const CommandOption& each : command.options) option(each.name);
  for (const CommandFlag& each : command.flags) option(each.name);
}

}  // namespace

void CommandList::add(Command command) {
  if (!is_command_name(command.name)) {
    throw DeclarationError("'" + command.name + "' is no name for a command: one word or two, as in `audit verify`");
  }
  for (const Command& other : commands_) {
    const bool parent = other.name.starts_with(command.name + " ") || command.name.starts_with(other.name + " ");
    if (other.name == command.name) {
      throw DeclarationError("two commands are called '" + command.name + "': rename one of them");
    }
    if (parent) {
      throw DeclarationError("the commands '" + other.name + "' and '" + command.name +
                             "' begin with the same word, and one of them ends there: rename one");
    }
  }
  if (!command.run) throw DeclarationError("the command '" + command.name + "' has nothing to run");
  check_names(command);
  commands_.push_back(std::move(command));
}

}  // namespace ashlar::ops
