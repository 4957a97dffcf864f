#include "crash_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <random>
#include <stdexcept>

namespace {

constexpr std::size_t sector = 512;
constexpr const char* vfs_name = "ashlar-crash";

struct OpenFile;

// A file, and what its openers tell each other in memory.
struct Node {
  std::string path;
  std::string bytes;
  int openers = 0;

  int readers = 0;
  OpenFile* writer = nullptr;
  bool closed_to_readers = false;

  int mapped = 0;
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<int, SQLITE_SHM_NLOCK> shared{};
  std::array<OpenFile*, SQLITE_SHM_NLOCK> exclusive{};
};

void write_into(std::string& bytes, std::int64_t offset, const std::string& data, std::size_t from, std::size_t size) {
  const std::size_t start = static_cast<std::size_t>(offset) + from;
  if (bytes.size() < start + size) bytes.resize(start + size);
  std::memcpy(bytes.data() + start, data.data() + from, size);
}

void apply(DiskFiles& files, const DiskOperation& operation) {
  switch (operation.kind) {
    case DiskOperation::Kind::write:
      write_into(files[operation.path], operation.offset, operation.data, 0, operation.data.size());
      break;
    case DiskOperation::Kind::truncate: files[operation.path].resize(static_cast<std::size_t>(operation.offset)); break;
    case DiskOperation::Kind::sync: break;
    case DiskOperation::Kind::remove:
    case DiskOperation::Kind::remove_for_good: files.erase(operation.path); break;
  }
}

}  // namespace

struct CrashDisk::State {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Node>> nodes;
  std::vector<DiskOperation> operations;
  std::size_t fails_from = static_cast<std::size_t>(-1);
  int failure = SQLITE_OK;
  sqlite3_vfs* below = nullptr;  // for what is no file: time and chance

  int note(DiskOperation operation) {
    if (operations.size() >= fails_from) return failure;
    operations.push_back(std::move(operation));
    return SQLITE_OK;
  }
};

namespace {

using State = CrashDisk::State;
using Guard = std::lock_guard<std::mutex>;

struct OpenFile {
  sqlite3_file base;
  State* disk;
  Node* node;
  Node* temporary;  // of a file without a name: its own
  int level;
  unsigned shared;
  unsigned exclusive;
  bool mapped;
};

OpenFile& open_file(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
State& disk_of(sqlite3_vfs* vfs) { return *static_cast<State*>(vfs->pAppData); }

int read(sqlite3_file* handle, void* to, int size, sqlite3_int64 offset) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  const std::string& bytes = file.node->bytes;
  const auto start = std::min(static_cast<std::size_t>(offset), bytes.size());
  const std::size_t there = std::min(static_cast<std::size_t>(size), bytes.size() - start);
  std::memcpy(to, bytes.data() + start, there);
  if (there == static_cast<std::size_t>(size)) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, static_cast<std::size_t>(size) - there);
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* handle, const void* from, int size, sqlite3_int64 offset) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  std::string data(static_cast<const char*>(from), static_cast<std::size_t>(size));
  if (file.temporary == nullptr) {
    const int result = file.disk->note({DiskOperation::Kind::write, file.node->path, offset, data});
    if (result != SQLITE_OK) return result;
  }
  write_into(file.node->bytes, offset, data, 0, data.size());
  return SQLITE_OK;
}

int truncate(sqlite3_file* handle, sqlite3_int64 size) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  if (file.temporary == nullptr) {
    const int result = file.disk->note({DiskOperation::Kind::truncate, file.node->path, size});
    if (result != SQLITE_OK) return result;
  }
  file.node->bytes.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync(sqlite3_file* handle, int) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  if (file.temporary != nullptr) return SQLITE_OK;
  return file.disk->note({DiskOperation::Kind::sync, file.node->path});
}

int file_size(sqlite3_file* handle, sqlite3_int64* size) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  *size = static_cast<sqlite3_int64>(file.node->bytes.size());
  return SQLITE_OK;
}

int lock(sqlite3_file* handle, int level) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  Node& node = *file.node;
  if (level <= file.level) return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED) {
    if (node.closed_to_readers) return SQLITE_BUSY;
    ++node.readers;
    file.level = level;
    return SQLITE_OK;
  }
  if (node.writer != nullptr && node.writer != &file) return SQLITE_BUSY;
  node.writer = &file;
  if (level == SQLITE_LOCK_RESERVED) {
    file.level = level;
    return SQLITE_OK;
  }
  node.closed_to_readers = true;
  file.level = node.readers > 1 ? SQLITE_LOCK_PENDING : SQLITE_LOCK_EXCLUSIVE;
  return file.level == SQLITE_LOCK_EXCLUSIVE ? SQLITE_OK : SQLITE_BUSY;
}

void release(OpenFile& file, int level) {
  Node& node = *file.node;
  if (level >= file.level) return;
  if (node.writer == &file) {
    node.writer = nullptr;
    node.closed_to_readers = false;
  }
  if (level == SQLITE_LOCK_NONE) --node.readers;
  file.level = level;
}

int unlock(sqlite3_file* handle, int level) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  release(file, level);
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file* handle, int* reserved) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  *reserved = file.node->writer != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }

// As disks are treated where nothing else is known: bytes beside those written are left alone.
int device_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int shm_map(sqlite3_file* handle, int region, int size, int extend, void volatile** to) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  Node& node = *file.node;
  if (!file.mapped) {
    file.mapped = true;
    ++node.mapped;
  }
  const auto wanted = static_cast<std::size_t>(region);
  *to = nullptr;
  if (wanted >= node.regions.size() && extend == 0) return SQLITE_OK;
  while (wanted >= node.regions.size())
    node.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  *to = node.regions[wanted].get();
  return SQLITE_OK;
}

int shm_lock(sqlite3_file* handle, int offset, int count, int flags) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  Node& node = *file.node;
  const bool is_exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  for (int slot = offset; slot < offset + count; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    const unsigned bit = 1U << at;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      if ((file.shared & bit) != 0) --node.shared[at];
      if ((file.exclusive & bit) != 0) node.exclusive[at] = nullptr;
      file.shared &= ~bit;
      file.exclusive &= ~bit;
      continue;
    }
    const int others = node.shared[at] - ((file.shared & bit) != 0 ? 1 : 0);
    if (node.exclusive[at] != nullptr && node.exclusive[at] != &file) return SQLITE_BUSY;
    if (is_exclusive && others > 0) return SQLITE_BUSY;
  }
  if ((flags & SQLITE_SHM_UNLOCK) != 0) return SQLITE_OK;
  for (int slot = offset; slot < offset + count; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    const unsigned bit = 1U << at;
    if (is_exclusive) {
      node.exclusive[at] = &file;
      file.exclusive |= bit;
    } else if ((file.shared & bit) == 0) {
      ++node.shared[at];
      file.shared |= bit;
    }
  }
  return SQLITE_OK;
}

void shm_barrier(sqlite3_file* handle) { const Guard guard(open_file(handle).disk->mutex); }

void unmap(OpenFile& file) {
  if (!file.mapped) return;
  file.mapped = false;
  if (--file.node->mapped == 0) file.node->regions.clear();
}

int shm_unmap(sqlite3_file* handle, int) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  unmap(file);
  return SQLITE_OK;
}

int close(sqlite3_file* handle) {
  OpenFile& file = open_file(handle);
  const Guard guard(file.disk->mutex);
  release(file, SQLITE_LOCK_NONE);
  unmap(file);
  --file.node->openers;
  delete file.temporary;
  return SQLITE_OK;
}

const sqlite3_io_methods methods{2,
                                 close,
                                 read,
                                 write,
                                 truncate,
                                 sync,
                                 file_size,
                                 lock,
                                 unlock,
                                 check_reserved_lock,
                                 file_control,
                                 sector_size,
                                 device_characteristics,
                                 shm_map,
                                 shm_lock,
                                 shm_barrier,
                                 shm_unmap,
                                 nullptr,
                                 nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* got) {
  State& disk = disk_of(vfs);
  const Guard guard(disk.mutex);
  handle->pMethods = nullptr;
  Node* temporary = nullptr;
  Node* node = nullptr;
  if (name == nullptr) {
    node = temporary = new Node;
  } else {
    const auto found = disk.nodes.find(name);
    if (found != disk.nodes.end()) {
      node = found->second.get();
    } else {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      auto made = std::make_unique<Node>();
      made->path = name;
      node = disk.nodes.emplace(name, std::move(made)).first->second.get();
    }
  }
  ++node->openers;
  *reinterpret_cast<OpenFile*>(handle) = OpenFile{{&methods}, &disk, node, temporary, 0, 0, 0, false};
  if (got != nullptr) *got = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int for_good) {
  State& disk = disk_of(vfs);
  const Guard guard(disk.mutex);
  const auto found = disk.nodes.find(name);
  if (found == disk.nodes.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (found->second->openers > 0) return SQLITE_IOERR_DELETE;
  const int result =
      disk.note({for_good != 0 ? DiskOperation::Kind::remove_for_good : DiskOperation::Kind::remove, name});
  if (result == SQLITE_OK) disk.nodes.erase(found);
  return result;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* there) {
  State& disk = disk_of(vfs);
  const Guard guard(disk.mutex);
  const auto found = disk.nodes.find(name);
  *there = found != disk.nodes.end() && !found->second->bytes.empty() ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* to) {
  sqlite3_snprintf(size, to, "%s", name);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs* vfs, int size, char* to) {
  sqlite3_vfs* below = disk_of(vfs).below;
  return below->xRandomness(below, size, to);
}

int sleep(sqlite3_vfs* vfs, int microseconds) {
  sqlite3_vfs* below = disk_of(vfs).below;
  return below->xSleep(below, microseconds);
}

int current_time(sqlite3_vfs* vfs, double* to) {
  sqlite3_vfs* below = disk_of(vfs).below;
  return below->xCurrentTime(below, to);
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

CrashDisk::CrashDisk() : state_(std::make_unique<State>()), vfs_(std::make_unique<sqlite3_vfs>()) {
  state_->below = sqlite3_vfs_find(nullptr);
  *vfs_ = sqlite3_vfs{};
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(OpenFile);
  vfs_->mxPathname = 1024;
  vfs_->zName = vfs_name;
  vfs_->pAppData = state_.get();
  vfs_->xOpen = open;
  vfs_->xDelete = remove;
  vfs_->xAccess = access;
  vfs_->xFullPathname = full_name;
  vfs_->xRandomness = randomness;
  vfs_->xSleep = sleep;
  vfs_->xCurrentTime = current_time;
  vfs_->xGetLastError = last_error;
  sqlite3_vfs_register(vfs_.get(), 1);
}

CrashDisk::~CrashDisk() {
  sqlite3_vfs_unregister(vfs_.get());
  sqlite3_vfs_register(state_->below, 1);
}

std::vector<DiskOperation> CrashDisk::operations() const {
  const Guard guard(state_->mutex);
  return state_->operations;
}

std::size_t CrashDisk::count() const {
  const Guard guard(state_->mutex);
  return state_->operations.size();
}

void CrashDisk::load(const DiskFiles& files) {
  const Guard guard(state_->mutex);
  for (const auto& [path, node] : state_->nodes) {
    if (node->openers > 0) throw std::logic_error("the file " + path + " is open");
  }
  state_->nodes.clear();
  state_->operations.clear();
  for (const auto& [path, bytes] : files) {
    auto node = std::make_unique<Node>();
    node->path = path;
    node->bytes = bytes;
    state_->nodes.emplace(path, std::move(node));
  }
}

DiskFiles CrashDisk::files() const {
  const Guard guard(state_->mutex);
  DiskFiles files;
  for (const auto& [path, node] : state_->nodes) files.emplace(path, node->bytes);
  return files;
}

void CrashDisk::fail_from(std::size_t number, int code) {
  const Guard guard(state_->mutex);
  state_->fails_from = number;
  state_->failure = code;
}

void CrashDisk::heal() { fail_from(static_cast<std::size_t>(-1), SQLITE_OK); }

void PowerCut::advance() {
  const DiskOperation& operation = operations_[at_];
  apply(written_, operation);
  switch (operation.kind) {
    case DiskOperation::Kind::write:
    case DiskOperation::Kind::truncate: pending_[operation.path].push_back(at_); break;
    case DiskOperation::Kind::sync:
      synced_[operation.path] = written_[operation.path];
      pending_[operation.path].clear();
      removed_.erase(operation.path);
      break;
    case DiskOperation::Kind::remove:
      // Its name may come back with what it had; what had not been synced is gone for certain.
      pending_[operation.path].clear();
      removed_.insert(operation.path);
      break;
    case DiskOperation::Kind::remove_for_good:
      synced_.erase(operation.path);
      pending_[operation.path].clear();
      break;
  }
  ++at_;
}

DiskFiles PowerCut::left(Survives survives) const {
  switch (survives) {
    case Survives::everything: return written_;
    case Survives::synced: return synced_;
    case Survives::half: {
      DiskFiles files = written_;
      if (at_end() || operations_[at_].kind != DiskOperation::Kind::write) return files;
      const DiskOperation& next = operations_[at_];
      const std::size_t first_part = next.data.size() / 2 / sector * sector;
      if (first_part > 0) write_into(files[next.path], next.offset, next.data, 0, first_part);
      return files;
    }
    case Survives::some: return left_by_chance();
  }
  return {};
}

DiskFiles PowerCut::left_by_chance() const {
  DiskFiles files = synced_;
  std::minstd_rand chance(static_cast<unsigned>(at_ + 1));
  const auto heads = [&] { return (chance() >> 8 & 1) != 0; };
  for (const auto& [path, numbers] : pending_) {
    if (removed_.contains(path)) {
      if (heads()) continue;
      files.erase(path);
    }
    for (const std::size_t number : numbers) {
      const DiskOperation& operation = operations_[number];
      if (operation.kind == DiskOperation::Kind::truncate) {
        if (heads()) apply(files, operation);
        continue;
      }
      for (std::size_t from = 0; from < operation.data.size(); from += sector) {
        if (!heads()) continue;
        write_into(files[path], operation.offset, operation.data, from, std::min(sector, operation.data.size() - from));
      }
    }
  }
  return files;
}
