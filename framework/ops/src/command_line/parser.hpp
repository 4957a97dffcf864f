#pragma once

#include <ashlar/application.hpp>
#include <ashlar/commands.hpp>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ashlar::ops {

// What every application understands, with or without a command.
struct CommonOptions {
  std::string data{};                                      // empty: not given
  std::string config{};                                    // empty: not given
  std::vector<std::pair<std::string, std::string>> set{};  // path and value, in the order given
  std::string log_level{};
  std::string log_format{};
  std::string plugins{};                              // empty: not given
  std::optional<std::vector<std::string>> modules{};  // nothing: all
  bool print_config = false;
  bool explains_itself = false;  // --help or --version: the configuration is not needed, nor need it be right
  std::string first_word{};      // of the command, if there is one
};

// The first look at the command line, for what must be known before the modules can say which commands there are.
// Throws UsageError.
CommonOptions read_common_options(const Application& application, std::span<const std::string> arguments);

struct ServeCall {};
struct CommandCall {
  const Command* command = nullptr;  // one of `commands`
  std::map<std::string, std::string> arguments{};
  std::map<std::string, bool> flags{};
};
struct HelpCall {
  std::string text;
};
using Call = std::variant<ServeCall, CommandCall, HelpCall>;

// The whole command line. `offered` of the commands come from the application and its modules and stand first in --help.
// Throws UsageError.
Call parse(const Application& application, std::span<const Command> commands, std::size_t offered,
           std::span<const std::string> arguments);

}  // namespace ashlar::ops
