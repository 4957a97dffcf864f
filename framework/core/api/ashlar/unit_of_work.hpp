#pragma once

#include <functional>

namespace ashlar {

// Work that happens as a whole or not at all, and that a publish can join: a transaction of a store. One thread at a time.
class UnitOfWork {
 public:
  // Calls `action` on the committing thread after the commit has returned, in order of these calls; not at all when the work
  // is rolled back. It throws nothing.
  virtual void after_commit(std::function<void()> action) = 0;

 protected:
  ~UnitOfWork() = default;
};

}  // namespace ashlar
