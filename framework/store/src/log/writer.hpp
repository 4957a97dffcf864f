#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "log/work.hpp"

namespace ashlar::store {

// Runs what changes the log, in few commits: whatever has gathered while one commit waits for the disk goes into the next one
// together. Who waits for a result runs the next commit on its own thread, for itself and the others; only what nobody waits
// for has a thread.
class Writer {
 public:
  // Runs in a transaction; may run again in another one when that fails, so it sets its result anew each time.
  using Action = std::function<void(Work& work)>;

  // `committed` is called after each commit, on whichever thread it was.
  Writer(std::shared_ptr<Connection> connection, std::function<void(const Work& work)> committed);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // What a commit must survive that nobody reports as done: `process` spares waiting for the disk.
  enum class Survives { power_cut, process };

  // Durable on return; throws what the action or the commit throws.
  void run(const Action& action, Survives survives = Survives::power_cut);

  // What somebody waits for, or what was posted.
  class Job {
   public:
    virtual ~Job() = default;

   private:
    friend class Writer;
    virtual void run(Work& work) = 0;

    Survives survives_ = Survives::power_cut;
    std::size_t bytes_ = 0;
    bool posted_ = false;
    bool finished_ = false;
    std::exception_ptr error_{};
    std::condition_variable* changed_ = nullptr;  // of one that somebody waits for
  };

  // Something that nobody waits for.
  class Posted : public Job {
   private:
    friend class Writer;
    virtual void done(std::exception_ptr error) = 0;
  };

  // Calls done() on the writer's thread once it is durable, or with what was thrown; in order of the commits. Waits while
  // too much is in flight.
  void post(std::unique_ptr<Posted> posted, std::size_t bytes);

  // Until everything that was posted is done.
  void flush();

 private:
  std::vector<Job*> take();
  void lead(std::unique_lock<std::mutex>& lock);
  void execute(const std::vector<Job*>& jobs);
  bool run_together(const std::vector<Job*>& jobs);
  void work();

  std::shared_ptr<Connection> connection_;
  std::function<void(const Work&)> committed_;
  std::optional<LogCounters> known_;  // as of known_version_, for whoever leads
  unsigned known_version_ = 0;
  std::mutex mutex_;
  std::condition_variable posted_changed_;
  std::condition_variable room_;
  std::deque<Job*> queue_;
  std::deque<std::unique_ptr<Posted>> posted_;  // in order; those in front may be done
  std::size_t in_flight_ = 0;                   // posted, and `done` has not returned
  std::size_t in_flight_bytes_ = 0;
  bool busy_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace ashlar::store
