#pragma once

#include <ashlar/health.hpp>
#include <ashlar/host.hpp>
#include <ashlar/publish_report.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::testing {

// What a host tells beside its events: failed handlers and the states of modules. Any thread.
class Happenings {
 public:
  void add(const HandlerFailure& failure);
  void add(const ModuleStateChange& change);

  std::vector<HandlerFailure> failures() const;

  // Waits until the module has this state.
  bool wait_for(std::string_view module, ModuleState state, std::chrono::milliseconds patience) const;

  // `no handler failed`, or a failure a line, from the one at index `since` on.
  std::string failures_text(std::size_t since = 0) const;

  // Every module whose state is not `running`, with its reason.
  std::string not_running_text() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<HandlerFailure> failures_;
  std::map<std::string, ModuleStateChange, std::less<>> states_;  // the last change of each module
};

}  // namespace ashlar::testing
