#pragma once

#include <ashlar/host.hpp>
#include <ashlar/module.hpp>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ashlar::detail {

// What the host knows of one of its modules.
struct ModuleRecord {
  std::string name;
  std::unique_ptr<Module> module;
  std::unique_ptr<ModuleContext, void (*)(ModuleContext*)> context{nullptr, nullptr};
  EventBus* bus = nullptr;
  // Whether the routes that it adds answer; one for each start, taken back where that fails.
  std::shared_ptr<std::atomic<bool>> routes_answer = std::make_shared<std::atomic<bool>>(true);

  bool left_out = false;  // it has declared itself, and takes no other part
  bool optional = false;
  bool lets_events_in = false;
  std::vector<std::string> emits;   // event texts
  std::vector<std::string> needs;   // services
  std::vector<std::string> wishes;  // services it uses where somebody provides them
  std::vector<std::string> needs_modules;
  std::vector<std::string> provides;
  std::vector<std::size_t> depends_on;  // numbers of records, ascending, each once

  mutable std::mutex mutex;  // guards the rest
  ModuleState state = ModuleState::created;
  std::string reason;
};

// The numbers of `records` in dependency order, ties in order of name. Throws StartError with the whole cycle where
// there is one.
std::vector<std::size_t> start_order(const std::vector<std::unique_ptr<ModuleRecord>>& records);

}  // namespace ashlar::detail
