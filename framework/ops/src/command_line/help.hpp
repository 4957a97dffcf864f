#pragma once

#include <ashlar/application.hpp>

namespace CLI {
class App;
}

namespace ashlar::ops {

// Gives the command line its description, its --help and --version, and the examples that close --help.
void prepare_help(CLI::App& app, const Application& application);

}  // namespace ashlar::ops
