#include "outbox_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <ashlar/errors.hpp>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

namespace notifications {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  throw ashlar::Error("the mail '" + path.string() + "' could not be " + what + ": " +
                      std::generic_category().message(errno));
}

// A new file beside its final place; gone with this object unless it was moved there.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path place)
      : place_(std::move(place)), name_(place_.string() + ".XXXXXX"), file_(::mkostemp(name_.data(), O_CLOEXEC)) {
    if (file_ < 0) fail(place_, "made");
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (file_ >= 0) ::close(file_);
    if (!moved_) ::unlink(name_.c_str());
  }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(place_, "written");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file_) != 0) fail(place_, "written");
  }

  void move_to_its_place() {
    if (::rename(name_.c_str(), place_.c_str()) != 0) fail(place_, "put in its place");
    moved_ = true;
    const int folder = ::open(place_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool kept = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0) ::close(folder);
    if (!kept) fail(place_, "put in its place for good");
  }

 private:
  std::filesystem::path place_;
  std::string name_;
  int file_;
  bool moved_ = false;
};

}  // namespace

OutboxFolder::OutboxFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw ashlar::Error("the outbox '" + folder_.string() + "' could not be made: " + error.message());
}

void OutboxFolder::deliver(const Mail& mail) {
  const std::filesystem::path place = folder_ / (mail.id + ".eml");
  if (std::filesystem::exists(place)) return;
  NewFile file(place);
  file.write(to_rfc5322(mail));
  file.move_to_its_place();
}

std::string OutboxFolder::health() {
  if (::access(folder_.c_str(), W_OK | X_OK) == 0) return {};
  return "the outbox '" + folder_.string() + "' cannot be written to: " + std::generic_category().message(errno);
}

}  // namespace notifications
