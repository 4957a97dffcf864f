#pragma once

#include <ashlar/errors.hpp>
#include <ashlar/shape.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

// The application's configuration: one YAML document with a section per module, overlaid by the environment and by the
// command line. Read as a whole and checked as a whole: every section is claimed by a described struct with defaults, and
// what nobody claims is an error. Not thread-safe; used while a host starts.
class Configuration {
 public:
  // Reads the value of an environment variable; nothing when it is not set.
  using Environment = std::function<std::optional<std::string>(std::string_view name)>;

  Configuration();
  ~Configuration();
  Configuration(Configuration&&) noexcept;
  Configuration& operator=(Configuration&&) noexcept;

  // First the sources are read, in any order of these three; the command line wins over the environment, the environment
  // over the files, and a later file over an earlier one, key by key. Then the sections are claimed, then checked.

  // Takes YAML text; `file` names it in errors. `${NAME}` and `${NAME:-default}` (where NAME is not set or empty) are
  // replaced anywhere in a scalar, and `$${` is `${`. A name that is not set and has no default leaves the value absent;
  // where another part of the value is set, that is an error instead. Syntax errors are kept for check(). At most 1 MiB,
  // 64 levels and 100,000 values of 1 MiB together, aliases and variables counted, and keys of 200 bytes.
  void read_yaml(std::string_view text, std::string_view file, const Environment& environment);

  // Overrides one value: `set("orders.max_lines", "50", "--set")`. `origin` names the source in errors. A list, a map or a
  // section is given whole, as YAML: `[a, b]`. Paths of up to 64 keys, values of up to 1 MiB.
  void set(std::string_view path, std::string_view value, std::string_view origin);

  // Lets the environment override: PREFIX_SECTION_KEY, upper case (`SHOP_ORDERS_MAX_LINES`), for every claimed value, also
  // nested ones and the entries that a map has. A list or a map is given whole, as YAML.
  void override_from(std::string_view prefix, Environment environment);

  // Fills `target` (a described struct that holds the defaults) with `section`, and remembers both for check() and print().
  // What is absent keeps its default; null makes an optional empty. Problems are collected, not thrown, and never hold the
  // value of a Secret. A section is claimed once.
  template <class T>
  void claim(std::string_view section, T& target) {
    claim(section, &target, shape_of<T>);
  }
  void claim(std::string_view section, void* target, const Shape& shape);

  // Throws ConfigurationError with every problem so far: syntax, wrong types, unknown keys and sections with the name that
  // was probably meant, each with file, line and column or its origin.
  void check() const;

  // The result as YAML that reads as the same: every claimed section with every value, defaults included; secrets as
  // "***".
  std::string print() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads the environment of the process.
std::optional<std::string> process_environment(std::string_view name);

}  // namespace ashlar
