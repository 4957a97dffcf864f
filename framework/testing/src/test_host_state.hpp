#pragma once

#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/testing/recorded_log.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <ashlar/testing/test_host.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <memory>
#include <optional>

#include "happenings.hpp"
#include "in_process_routes.hpp"

namespace ashlar::testing {

// In order of life: the host goes before what it uses.
struct TestHost::State {
  TemporaryDirectory directory;
  VirtualClock clock;
  bool real_time = false;
  std::shared_ptr<RecordedLog> log = std::make_shared<RecordedLog>();
  InProcessRoutes routes{Log(log, "http")};
  store::Store store{directory.path() / "test.db", {.synchronous = store::Synchronous::off}};
  std::shared_ptr<store::DurableLog> event_log =
      std::make_shared<store::DurableLog>([this] { return store::make_sqlite_log(store); });
  std::shared_ptr<Happenings> happenings = std::make_shared<Happenings>();
  std::optional<ModuleHost> host{};
  Subscription probe;
  Subscription failures;
  Subscription states;
};

}  // namespace ashlar::testing
