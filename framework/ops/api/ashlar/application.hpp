#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/configuration.hpp>
#include <ashlar/host.hpp>
#include <ashlar/module.hpp>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

// What makes a set of modules a program. Everything but the name may be left out:
//
//   int main(int argc, char** argv) {
//     return ashlar::run_application(argc, argv, {.name = "shop", .modules = ashlar::application_modules()});
//   }
struct Application {
  // [a-z][a-z0-9_-]*; names the executable, `shop.yaml`, the folder `shop-data` and the environment's prefix `SHOP_`.
  std::string name;

  // One sentence for --help.
  std::string summary{};

  // For --version; empty: the framework's alone.
  std::string version{};

  std::vector<ModuleFactory> modules{};

  // Part of every process of the application, whatever --modules says: `.bridges = ashlar::application_bridges()`.
  std::vector<ModuleFactory> bridges{};

  // Around every handler, the first outermost: {std::make_shared<ashlar::Retry>()}.
  std::vector<std::shared_ptr<Middleware>> middleware{};

  // Commands that concern several modules; those of one module are offered by it. Called once, after the modules have
  // declared themselves; the host outlives the commands, and runs while one of them does.
  std::function<void(Commands& commands, ModuleHost& host)> commands{};

  // Lines that close --help: examples of this application's own commands, without the executable's name.
  std::vector<std::string> examples{};

  // What is printed once the application serves, `url` being where; empty where HTTP is switched off.
  std::function<std::string(std::string_view url)> what_to_try{};
};

// Reads the command line and the configuration, and does what they say: without a command it starts the host, serves
// HTTP and runs until SIGINT or SIGTERM; with one it starts the host, runs the command and stops. Never throws. Returns
// the exit code: 0, 1 for a failure, 2 where the command line is wrong; what went wrong is on stderr, in a sentence.
int run_application(int argc, const char* const* argv, Application application);

// What a run touches beyond its files; a test brings its own.
struct Surroundings {
  std::ostream& out;  // results, and nothing else
  std::ostream& err;  // errors and the log
  Configuration::Environment environment = process_environment;
  bool terminal = false;  // `err` is a terminal
};

// The same with the arguments after the executable's name. One at a time in a process while it serves, because of the
// signals.
int run_application(std::span<const std::string> arguments, Application application, Surroundings surroundings);

}  // namespace ashlar
