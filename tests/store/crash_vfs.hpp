#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

struct sqlite3_vfs;

// One thing that was done to a disk.
struct DiskOperation {
  enum class Kind { write, truncate, sync, remove, remove_for_good };

  Kind kind = Kind::sync;
  std::string path;
  std::int64_t offset = 0;  // of a truncation: what is left
  std::string data{};
};

using DiskFiles = std::map<std::string, std::string>;

// A disk in memory. While it lives it is the one that SQLite uses in this process where nothing else is asked for. It notes
// down what is done to it. One at a time; any thread.
class CrashDisk {
 public:
  CrashDisk();
  ~CrashDisk();
  CrashDisk(const CrashDisk&) = delete;
  CrashDisk& operator=(const CrashDisk&) = delete;

  std::vector<DiskOperation> operations() const;
  std::size_t count() const;

  // No file is open: the disk is this, and nothing was done to it yet.
  void load(const DiskFiles& files);
  DiskFiles files() const;

  // The operation with this number fails, as all do after it, with this code of SQLite, until heal().
  void fail_from(std::size_t number, int code);
  void heal();

  struct State;

 private:
  std::unique_ptr<State> state_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

// What is left of a disk, operation after operation, when the power fails before the next one.
class PowerCut {
 public:
  enum class Survives {
    everything,  // as after kill -9
    synced,      // nothing but what was synced
    half,        // everything, and of the next write its first sectors
    some         // of what was not synced any sectors; the seed says which
  };

  explicit PowerCut(const std::vector<DiskOperation>& operations) : operations_(operations) {}

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ == operations_.size(); }
  void advance();
  DiskFiles left(Survives survives) const;

 private:
  DiskFiles left_by_chance() const;

  const std::vector<DiskOperation>& operations_;
  std::size_t at_ = 0;
  DiskFiles written_;
  DiskFiles synced_;
  std::map<std::string, std::vector<std::size_t>> pending_;  // operations since the file's last sync
  std::set<std::string> removed_;                            // whose place a file took that was not synced yet
};
