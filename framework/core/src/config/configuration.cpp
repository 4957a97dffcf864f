#include <ashlar/configuration.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ashlar/utf8.hpp>
#include <cstdlib>
#include <optional>
#include <utility>

#include "config/fill.hpp"
#include "config/limits.hpp"
#include "config/overlay.hpp"
#include "config/print.hpp"
#include "config/yaml.hpp"
#include "text/nearest.hpp"

namespace ashlar {
namespace {

// Nothing where a key is empty, as in "orders..x".
std::vector<std::string> keys_of(std::string_view path) {
  std::vector<std::string> keys;
  while (true) {
    const std::size_t dot = path.find('.');
    if (dot == 0 || path.empty()) return {};
    keys.emplace_back(path.substr(0, dot));
    if (dot == path.npos) return keys;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

struct Configuration::State {
  detail::Node root;
  std::size_t documents = 0;
  std::optional<detail::EnvironmentOverlay> environment;
  std::vector<detail::Setting> settings;
  std::vector<detail::Claim> claims;
  detail::Problems problems;

  bool is_claimed(std::string_view section) const {
    return std::any_of(claims.begin(), claims.end(), [&](const detail::Claim& c) { return c.section == section; });
  }
};

Configuration::Configuration() : state_(std::make_unique<State>()) {}
Configuration::~Configuration() = default;
Configuration::Configuration(Configuration&&) noexcept = default;
Configuration& Configuration::operator=(Configuration&&) noexcept = default;

void Configuration::read_yaml(std::string_view text, std::string_view file, const Environment& environment) {
  detail::merge(state_->root, detail::read_document(text, file, state_->documents++, environment, state_->problems));
}

void Configuration::set(std::string_view path, std::string_view value, std::string_view origin) {
  const detail::Origin from{std::string(origin)};
  std::vector<std::string> keys = keys_of(path);
  if (keys.empty()) {
    state_->problems.add(from, path, "no path; write section.key=value");
  } else if (!is_utf8(path)) {
    state_->problems.add(from, path, "a byte that is not UTF-8");
  } else if (keys.size() > detail::most_levels) {
    state_->problems.add(from, path, fmt::format("deeper than {} levels{}", detail::most_levels, detail::too_much));
  } else if (value.size() > detail::most_bytes) {
    state_->problems.add(from, path, fmt::format("{} bytes{}", value.size(), detail::too_much));
  } else {
    state_->settings.push_back({std::move(keys), std::string(value), from});
  }
}

void Configuration::override_from(std::string_view prefix, Environment environment) {
  state_->environment.emplace(prefix, std::move(environment));
}

void Configuration::claim(std::string_view section, void* target, const Shape& shape) {
  const std::string path(section);
  if (state_->is_claimed(section)) {
    state_->problems.add({path}, {}, "two modules claim this section of the configuration; one must name another");
    return;
  }
  state_->claims.push_back({path, target, &shape});
  detail::Node node;
  if (const detail::Node* written = state_->root.find(section)) node = *written;
  if (state_->environment) state_->environment->apply(node, shape, path, state_->problems);
  for (const detail::Setting& setting : state_->settings) {
    if (setting.path[0] == section) detail::apply(setting, node, shape, state_->problems);
  }
  detail::fill(target, shape, node, path, state_->problems);
}

void Configuration::check() const {
  detail::Problems problems = state_->problems;
  std::vector<std::string_view> sections;
  for (const detail::Claim& claim : state_->claims) sections.push_back(claim.section);
  const auto require_claimed = [&](const std::string& section, const detail::Origin& origin) {
    if (!state_->is_claimed(section)) {
      problems.add(origin, section, "unknown section" + detail::meant_or_known(section, sections));
    }
  };
  for (const detail::Node::Entry& entry : state_->root.entries) require_claimed(entry.key, entry.origin);
  for (const detail::Setting& setting : state_->settings) require_claimed(setting.path[0], setting.origin);
  std::vector<std::string> lines = problems.lines();
  if (!lines.empty()) throw ConfigurationError(std::move(lines));
}

std::string Configuration::print() const { return detail::print_yaml(state_->claims); }

std::optional<std::string> process_environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace ashlar
