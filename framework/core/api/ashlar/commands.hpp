#pragma once

#include <ashlar/errors.hpp>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace ashlar {

// What the user gave for a command, already checked against its declaration.
struct CommandLine {
  std::map<std::string, std::string> arguments;  // positional ones and options by name, defaults filled in
  std::map<std::string, bool> flags;
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // `err` is a terminal: progress may be drawn

  const std::string& argument(const std::string& name) const { return arguments.at(name); }
  bool flag(const std::string& name) const { return flags.at(name); }
};

struct CommandArgument {
  std::string name;
  std::string summary;
  bool optional = false;  // may be left out, and is empty then; only after all that may not
};

struct CommandOption {
  std::string name;  // without the dashes
  std::string summary;
  std::string fallback{};
  std::vector<std::string> choices{};  // empty: any text
};

struct CommandFlag {
  std::string name;  // without the dashes
  std::string summary;
};

// A command of the application: `shop revenue --by month`. Runs with the host started, on the main thread; returns the
// exit code. Throwing prints the message and exits with 1; UsageError exits with 2.
struct Command {
  std::string name;  // one word, or two for a subcommand: `audit verify`
  std::string summary;
  std::vector<CommandArgument> arguments{};  // in order
  std::vector<CommandOption> options{};
  std::vector<CommandFlag> flags{};
  std::function<int(const CommandLine&)> run;
};

// The user asked for something that the command does not take.
class UsageError : public Error {
 public:
  using Error::Error;
};

// Where a module offers commands: Declaration::commands(). Two commands of one name fail the start.
class Commands {
 public:
  virtual ~Commands() = default;
  virtual void add(Command command) = 0;
};

}  // namespace ashlar
