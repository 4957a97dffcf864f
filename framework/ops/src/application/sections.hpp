#pragma once

#include <ashlar/event.hpp>
#include <ashlar/host.hpp>
#include <ashlar/log.hpp>
#include <chrono>
#include <string>

#include "http/http_options.hpp"

namespace ashlar {

// In the namespace of what they describe, where Boost.Describe looks for them.
ASHLAR_ENUM(LogLevel, trace, debug, info, warning, error, off)
ASHLAR_ENUM(LogFormat, text, json)
ASHLAR_STRUCT(LogOptions, level, format, levels)

}  // namespace ashlar

namespace ashlar::ops {

// The `host:` section of the configuration.
struct HostSection {
  std::chrono::milliseconds stop_deadline = HostOptions{}.stop_deadline;
  std::chrono::milliseconds health_limit = HostOptions{}.health_limit;
  int max_depth = HostOptions{}.max_depth;
};
ASHLAR_STRUCT(HostSection, stop_deadline, health_limit, max_depth)

// The `plugins:` section of the configuration.
struct PluginOptions {
  std::string directory{};  // empty: none are loaded
};
ASHLAR_STRUCT(PluginOptions, directory)

// The sections of the configuration that belong to no module.
struct Sections {
  HttpOptions http{};
  LogOptions log{};
  HostSection host{};
  PluginOptions plugins{};
};

// Throws ConfigurationError for values that nothing can run with.
void check(const Sections& sections);

}  // namespace ashlar::ops
