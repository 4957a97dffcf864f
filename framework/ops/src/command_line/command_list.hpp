#pragma once

#include <ashlar/commands.hpp>
#include <vector>

namespace ashlar::ops {

// The commands of an application, in the order of --help.
class CommandList final : public Commands {
 public:
  // Throws DeclarationError where the name is taken, malformed, or an option is called like one of every application.
  void add(Command command) override;

  const std::vector<Command>& all() const { return commands_; }

 private:
  std::vector<Command> commands_;
};

}  // namespace ashlar::ops
