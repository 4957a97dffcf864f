#include "log_commands/rebuild.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>
#include <string>
#include <vector>

#include "log_commands/event_text.hpp"
#include "log_commands/input.hpp"
#include "text/nearest.hpp"
#include "text/printable.hpp"

namespace ashlar::ops {
namespace {

// Of a module all of them, of a projection that one.
std::vector<std::string> chosen(const store::DurableLog& log, const std::string& name) {
  std::vector<std::string> found;
  std::vector<std::string> all;
  for (const auto& [projection, rebuild] : log.projections()) {
    if (projection == name || projection.starts_with(name + ".")) found.push_back(projection);
    all.push_back(projection);
  }
  if (!found.empty()) return found;
  std::string hint = did_you_mean(name, all);
  if (hint.empty()) hint = all.empty() ? "; no module has any" : fmt::format("; there are {}", fmt::join(all, ", "));
  throw Error(fmt::format("there is no projection '{}'{}", printable(name), hint));
}

int rebuild(store::DurableLog& log, const CommandLine& line) {
  const std::vector<std::string> names = chosen(log, line.argument("name"));
  for (const std::string& name : names) {
    (void)log.projections().at(name)({});
    note(log.store(), "rebuild", name);
    if (!line.flag("json")) line.out << "rebuilt " << name << "\n" << std::flush;
  }
  if (line.flag("json")) line.out << dumped({{"rebuilt", names}});
  return 0;
}

}  // namespace

void add_rebuild_command(Commands& commands, store::DurableLog& log) {
  commands.add({.name = "rebuild",
                .summary = "Fill the tables of a projection anew from the log, while the old ones serve",
                .arguments = {{.name = "name", .summary = "a module, for all of its projections, or one of them"}},
                .flags = {json_flag()},
                .run = [&log](const CommandLine& line) { return rebuild(log, line); }});
}

}  // namespace ashlar::ops
