#pragma once

#include <ashlar/store/log_store.hpp>
#include <ashlar/unit_of_work.hpp>
#include <functional>
#include <memory>

// 1 where there is a log in SQLite: then everything that tries a LogStore tries that one, too.
#define ASHLAR_HAS_SQLITE_LOG 1

// A store that is tested, with what its interface leaves out.
class LogBench {
 public:
  class Unit {
   public:
    virtual ~Unit() = default;
    virtual ashlar::UnitOfWork& work() = 0;
    virtual void commit() = 0;
  };

  // A process of its own on the same store.
  class Process {
   public:
    virtual ~Process() = default;  // dies where it was not ended
    virtual ashlar::store::LogStore& log() = 0;
    virtual ashlar::store::Owner owner() = 0;
  };

  virtual ~LogBench() = default;
  virtual ashlar::store::LogStore& log() = 0;

  // The same store, as the next process finds it: what was begun in it is gone. Changes log().
  virtual void reopen() = 0;

  // Destroyed without commit: rolled back. One at a time, and nothing else is done to the store meanwhile but through it.
  virtual std::unique_ptr<Unit> begin() = 0;
  virtual std::unique_ptr<Process> start_process() = 0;
};

using MakeBench = std::function<std::unique_ptr<LogBench>()>;

std::unique_ptr<LogBench> memory_bench();
#if ASHLAR_HAS_SQLITE_LOG
std::unique_ptr<LogBench> sqlite_bench();
#endif
