#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace ashlar::ops {

// What a plug-in says of itself (ASHLAR_PLUGIN_STAMP).
struct PluginStamp {
  std::string module{};
  std::string framework{};
  std::string build{};
  std::map<std::string, std::string> apis{};  // hashes of what it was built with, by module
};

// Reads it out of the file, of which nothing is run. Throws Error, without the file's name, where the file cannot be read, is
// no shared library of this kind of machine, or has no stamp.
PluginStamp read_plugin_stamp(const std::filesystem::path& file);

}  // namespace ashlar::ops
