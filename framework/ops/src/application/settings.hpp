#pragma once

#include <ashlar/application.hpp>
#include <ashlar/configuration.hpp>
#include <filesystem>

#include "application/sections.hpp"
#include "command_line/parser.hpp"

namespace ashlar::ops {

// The configuration as file, environment and command line give it, in rising order of weight; none of it is checked.
// Throws Error for a file that cannot be read.
Configuration read_configuration(const Application& application, const CommonOptions& options,
                                 const Configuration::Environment& environment);

// Fills `sections`, which outlives the configuration.
void claim(Configuration& configuration, Sections& sections);

std::filesystem::path data_folder(const Application& application, const CommonOptions& options);

// The SQLite file of the modules' tables and of the durable log.
std::filesystem::path store_file(const Application& application, const std::filesystem::path& data_folder);

// Throws Error that says what to do.
void make_folder(const std::filesystem::path& folder);

}  // namespace ashlar::ops
