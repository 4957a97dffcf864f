#include "log_store_bench.hpp"

#include <ashlar/testing/memory_log.hpp>
#include <vector>

#if ASHLAR_HAS_SQLITE_LOG
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#endif

using ashlar::UnitOfWork;
using ashlar::store::LogStore;
using ashlar::store::Owner;
using ashlar::testing::MemoryLog;
using ashlar::testing::MemoryUnit;

namespace {

class MemoryBench final : public LogBench {
 public:
  LogStore& log() override { return log_; }

  void reopen() override {
    // No number is used twice, so all owners so far are below the next one.
    const Owner next = log_.begin_owner();
    for (Owner owner = 1; owner <= next; ++owner) log_.owner_died(owner);
    // What a process sets for itself.
    log_.set_retention({});
    log_.on_change({});
  }

  std::unique_ptr<Unit> begin() override {
    class InMemory final : public Unit {
     public:
      UnitOfWork& work() override { return unit_; }
      void commit() override { unit_.commit(); }

     private:
      MemoryUnit unit_;
    };
    return std::make_unique<InMemory>();
  }

  std::unique_ptr<Process> start_process() override {
    class InMemory final : public Process {
     public:
      explicit InMemory(MemoryLog& log) : log_(log), owner_(log.begin_owner()) {}
      ~InMemory() override { log_.owner_died(owner_); }
      LogStore& log() override { return log_; }
      Owner owner() override { return owner_; }

     private:
      MemoryLog& log_;
      Owner owner_;
    };
    return std::make_unique<InMemory>(log_);
  }

 private:
  MemoryLog log_;
};

#if ASHLAR_HAS_SQLITE_LOG

using ashlar::store::Database;
using ashlar::store::Store;
using ashlar::store::Transaction;

// What a process has open: the file and the log in it.
struct Opened {
  explicit Opened(const std::filesystem::path& file)
      : store(file, {.synchronous = ashlar::store::Synchronous::off, .min_free_bytes = 0}),
        log(ashlar::store::make_sqlite_log(store)) {}

  Store store;
  std::unique_ptr<LogStore> log;
};

class SqliteBench final : public LogBench {
 public:
  SqliteBench() { open(); }

  LogStore& log() override { return *opened_->log; }

  void reopen() override {
    opened_.reset();
    open();
  }

  std::unique_ptr<Unit> begin() override {
    class InSqlite final : public Unit {
     public:
      explicit InSqlite(Database database) : database_(std::move(database)), transaction_(database_) {}
      UnitOfWork& work() override { return transaction_; }
      void commit() override { transaction_.commit(); }

     private:
      Database database_;
      Transaction transaction_;
    };
    return std::make_unique<InSqlite>(opened_->store.connect());
  }

  std::unique_ptr<Process> start_process() override {
    class InSqlite final : public Process {
     public:
      explicit InSqlite(const std::filesystem::path& file) : opened_(file), owner_(opened_.log->begin_owner()) {}
      LogStore& log() override { return *opened_.log; }
      Owner owner() override { return owner_; }

     private:
      Opened opened_;
      Owner owner_;
    };
    return std::make_unique<InSqlite>(folder_.path() / "log.db");
  }

 private:
  void open() { opened_ = std::make_unique<Opened>(folder_.path() / "log.db"); }

  ashlar::testing::TemporaryDirectory folder_;
  std::unique_ptr<Opened> opened_;
};

#endif

}  // namespace

std::unique_ptr<LogBench> memory_bench() { return std::make_unique<MemoryBench>(); }

#if ASHLAR_HAS_SQLITE_LOG
std::unique_ptr<LogBench> sqlite_bench() { return std::make_unique<SqliteBench>(); }
#endif
