#include "application/settings.hpp"

#include <cerrno>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace ashlar::ops {
namespace {

namespace fs = std::filesystem;

std::string environment_prefix(const std::string& name) {
  std::string prefix = name;
  for (char& c : prefix) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
  return prefix;
}

// One byte past the limit of a configuration is enough to see that it is passed.
std::string read_file(const fs::path& path) {
  constexpr std::size_t most = 1024 * 1024 + 1;
  const std::string what = "cannot read the configuration " + path.string() + ": ";
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw Error(what + "it is a folder; name a file with --config");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(what + std::generic_category().message(errno) + "; name another with --config");
  std::string text(most, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw Error(what + std::generic_category().message(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::optional<fs::path> configuration_file(const Application& application, const CommonOptions& options) {
  if (!options.config.empty()) return options.config;
  fs::path usual = application.name + ".yaml";
  std::error_code ignored;
  if (fs::is_regular_file(usual, ignored)) return usual;
  return std::nullopt;
}

}  // namespace

Configuration read_configuration(const Application& application, const CommonOptions& options,
                                 const Configuration::Environment& environment) {
  Configuration configuration;
  if (!options.plugins.empty()) configuration.set("plugins.directory", options.plugins, "--plugins");
  if (options.explains_itself) return configuration;
  if (const auto file = configuration_file(application, options)) {
    configuration.read_yaml(read_file(*file), file->string(), environment);
  }
  configuration.override_from(environment_prefix(application.name), environment);
  if (!options.log_level.empty()) configuration.set("log.level", options.log_level, "--log-level");
  if (!options.log_format.empty()) configuration.set("log.format", options.log_format, "--log-format");
  for (const auto& [path, value] : options.set) configuration.set(path, value, "--set");
  return configuration;
}

void claim(Configuration& configuration, Sections& sections) {
  configuration.claim("http", sections.http);
  configuration.claim("log", sections.log);
  configuration.claim("host", sections.host);
  configuration.claim("plugins", sections.plugins);
  configuration.claim("store", sections.store);
}

fs::path data_folder(const Application& application, const CommonOptions& options) {
  return options.data.empty() ? fs::path(application.name + "-data") : fs::path(options.data);
}

fs::path store_file(const Application& application, const fs::path& data_folder) {
  return data_folder / (application.name + ".db");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && fs::is_directory(folder, error)) return;
  throw Error("cannot make the data folder " + folder.string() + ": " +
              (error ? error.message() : std::string("it is a file")) + "; choose another with --data");
}

}  // namespace ashlar::ops
