#pragma once

#include <ashlar/store/database.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

namespace ashlar::store {

// What a commit survives. `full`: a crash and a power cut; it waits for the disk. `normal`: a crash of the process, kill -9
// included; a power cut may take back the newest commits. `off`: for tests, and data that may be lost: a power cut may
// damage the file.
enum class Synchronous { full, normal, off };

struct StoreOptions {
  Synchronous synchronous = Synchronous::full;

  // New events are refused from this size of the file on; modules' own rows and consuming are not.
  std::optional<std::int64_t> max_bytes{};

  // And while the disk has less free space, because a full disk also keeps the log from being emptied.
  std::int64_t min_free_bytes = 64 * 1024 * 1024;
};

// The application's SQLite file: the modules' tables and the durable log. Opened when it is first used, so one that nobody
// needs makes no file. Any thread; outlives every Database it gave.
class Store {
 public:
  explicit Store(std::filesystem::path file, StoreOptions options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // A connection for one module; one thread at a time. Transactions of all connections of a store take their turns.
  Database connect();

  const std::filesystem::path& file() const;
  const StoreOptions& options() const;

  // Behind the log.
  class State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace ashlar::store
