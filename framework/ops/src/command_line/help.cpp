#include "command_line/help.hpp"

#include <CLI/CLI.hpp>
#include <ashlar/version.hpp>
#include <string>

namespace ashlar::ops {

void prepare_help(CLI::App& app, const Application& application) {
  const std::string& name = application.name;
  app.name(name);
  app.description((application.summary.empty() ? "" : application.summary + "\n\n") +
                  "Without a command it starts its modules, serves HTTP and runs until Ctrl-C.");
  app.set_help_flag("-h,--help", "Show this; behind a command, what it takes");
  app.set_version_flag("--version",
                       name + (application.version.empty() ? "" : " " + application.version) + " (Ashlar " +
                           std::string(version()) + ")",
                       "Show the version");
  app.get_formatter()->column_width(36);

  std::string examples = "Examples:";
  const auto add = [&](const std::string& arguments) { examples += "\n  " + name + arguments; };
  add("");
  for (const std::string& example : application.examples) add(" " + example);
  add(" --set http.port=9090 --data /var/lib/" + name);
  add(" --print-config");
  add(" describe");
  app.footer(examples);
}

}  // namespace ashlar::ops
