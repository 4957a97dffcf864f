#pragma once

#include <atomic>
#include <mutex>
#include <thread>

namespace ashlar::store {

// Lets the connections of one store write in turns, so that none of them finds the file locked by a neighbour and has to try
// again. Other processes wait at SQLite's own lock.
class Gate {
 public:
  // Throws Error when this thread is inside already, where it would wait for itself.
  void enter();
  void leave();

  // Throws what enter() would, for those who wait for another thread that enters.
  void refuse_if_inside() const;

 private:
  std::mutex mutex_;
  std::atomic<std::thread::id> inside_{};
};

}  // namespace ashlar::store
