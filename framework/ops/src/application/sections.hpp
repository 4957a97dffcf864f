#pragma once

#include <ashlar/event.hpp>
#include <ashlar/host.hpp>
#include <ashlar/log.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "http/http_options.hpp"

namespace ashlar {

// In the namespace of what they describe, where Boost.Describe looks for them.
ASHLAR_ENUM(LogLevel, trace, debug, info, warning, error, off)
ASHLAR_ENUM(LogFormat, text, json)
ASHLAR_STRUCT(LogOptions, level, format, levels)

}  // namespace ashlar

namespace ashlar::store {

ASHLAR_ENUM(Synchronous, full, normal)  // `off` is for tests
ASHLAR_ENUM(RetentionPolicy, limits, interest, work_queue)
ASHLAR_ENUM(WhenOver, discard_old, refuse_new)
ASHLAR_ENUM(Orphans, warn, refuse)
ASHLAR_ENUM(CatchUp, all, once, none)
ASHLAR_STRUCT(Retention, policy, when_over, max_age, max_count, max_bytes)

}  // namespace ashlar::store

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

// The `store:` section of the configuration: of the application's file, and of the durable log in it.
struct StoreSection {
  store::Synchronous synchronous = store::StoreOptions{}.synchronous;
  std::optional<std::int64_t> max_bytes = store::StoreOptions{}.max_bytes;
  std::int64_t min_free_bytes = store::StoreOptions{}.min_free_bytes;
  store::Retention retention{};
  std::chrono::milliseconds retention_interval = store::DurableLogOptions{}.retention_interval;
  store::Orphans orphans = store::DurableLogOptions{}.orphans;
  store::CatchUp catch_up = store::DurableLogOptions{}.catch_up;

  store::StoreOptions store_options() const {
    return {.synchronous = synchronous, .max_bytes = max_bytes, .min_free_bytes = min_free_bytes};
  }
  store::DurableLogOptions log_options() const {
    return {.orphans = orphans, .catch_up = catch_up, .retention = retention, .retention_interval = retention_interval};
  }
};
ASHLAR_STRUCT(StoreSection, synchronous, max_bytes, min_free_bytes, retention, retention_interval, orphans, catch_up)

// The sections of the configuration that belong to no module.
struct Sections {
  HttpOptions http{};
  LogOptions log{};
  HostSection host{};
  PluginOptions plugins{};
  StoreSection store{};
};

// Throws ConfigurationError for values that nothing can run with.
void check(const Sections& sections);

}  // namespace ashlar::ops
