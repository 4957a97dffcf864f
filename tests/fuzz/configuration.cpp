#include <ashlar/configuration.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum class Mode { create, verify };
ASHLAR_ENUM(Mode, create, verify)

struct Smtp {
  std::string url;
  ashlar::Secret password;
  std::optional<std::uint16_t> port;
};
ASHLAR_STRUCT(Smtp, url, password, port)

struct Options {
  bool on = false;
  std::int32_t lines = 5;
  double rate = 0.5;
  std::chrono::milliseconds wait{1};
  Mode mode = Mode::create;
  std::optional<std::string> note;
  std::vector<std::string> tags;
  std::map<std::string, Smtp> servers;
  std::map<std::string, Mode> modes;
};
ASHLAR_STRUCT(Options, on, lines, rate, wait, mode, note, tags, servers, modes)

std::optional<std::string> environment(std::string_view name) {
  if (name == "A") return "a value";
  if (name == "B") return "";
  return std::nullopt;
}

// False where the configuration has errors.
bool claim(ashlar::Configuration& configuration, Options& options) {
  configuration.claim("a", options);
  try {
    configuration.check();
  } catch (const ashlar::ConfigurationError&) {
    return false;
  }
  return true;
}

// Secrets are printed as "***".
Options without_secrets(Options options) {
  for (auto& [name, server] : options.servers) server.password.value.clear();
  return options;
}

// What is printed is read as the same.
void claim_and_print(ashlar::Configuration& configuration) {
  Options options;
  if (!claim(configuration, options)) return;
  ashlar::Configuration again;
  again.read_yaml(configuration.print(), "printed", environment);
  Options read;
  if (!claim(again, read) || without_secrets(read) != without_secrets(options)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  {
    ashlar::Configuration file;
    file.read_yaml(text, "file", environment);
    claim_and_print(file);
  }
  {
    // `path=value`, as on the command line.
    ashlar::Configuration line;
    const std::size_t equals = text.find('=');
    line.set(text.substr(0, equals), equals == text.npos ? "" : text.substr(equals + 1), "--set");
    claim_and_print(line);
  }
  {
    ashlar::Configuration variables;
    variables.override_from("X", [&text](std::string_view name) {
      return name == "X_A_TAGS" || name == "X_A_SERVERS" ? std::optional<std::string>(text) : std::nullopt;
    });
    claim_and_print(variables);
  }
  return 0;
}
