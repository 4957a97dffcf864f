#pragma once

#include "dispatch/frame.hpp"
#include "dispatch/plan.hpp"

#include <ashlar/event_context.hpp>
#include <ashlar/module.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ashlar::detail {

class BackgroundPool;
class Dispatch;

// A background handler in the plan of one event.
struct BackgroundStep {
  Step run;  // what a thread of the pool calls
  BackgroundPool* pool = nullptr;
};

// What a plan's step calls for it; `object` is the BackgroundStep.
void call_in_background(void* object, const void* event, const EventContext& context);

// An event on its way to one background handler: a copy, with all its metadata.
struct BackgroundJob {
  const BackgroundStep* step = nullptr;
  const EventPlan* plan = nullptr;
  std::unique_ptr<void, void (*)(void*)> event{nullptr, nullptr};
  Told metadata;
};

// The background handlers of one module: a bounded queue, and the threads that empty it. Every job that was taken is
// run or given up, and Dispatch::background_ended() hears of it.
class BackgroundPool {
 public:
  BackgroundPool(Dispatch& dispatch, std::string module, BackgroundOptions options);
  ~BackgroundPool() { end(); }
  BackgroundPool(const BackgroundPool&) = delete;
  BackgroundPool& operator=(const BackgroundPool&) = delete;

  void begin();

  // By the policy of the pool; throws Error where the event is refused.
  void add(BackgroundJob job);

  // Gives up what waits, saying why, and takes nothing more. How many that were.
  std::size_t give_up(std::string_view why);

  // Lets the threads go once they have run what waits, and waits for them.
  void end();

  // What health says of it; empty while there is room.
  std::string trouble() const;

  const std::string& module() const { return module_; }

 private:
  void work();
  bool has_room() const { return jobs_.size() < options_.capacity; }
  std::string full() const;

  Dispatch& dispatch_;
  const std::string module_;
  const BackgroundOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<BackgroundJob> jobs_;
  bool ending_ = true;
  std::vector<std::thread> threads_;
};

}  // namespace ashlar::detail
