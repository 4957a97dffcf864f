#include <ashlar/errors.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace ashlar::testing {

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "ashlar-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    const std::error_code error(errno, std::generic_category());
    throw Error("no temporary directory " + name + ": " + error.message() +
                "; set TMPDIR to a folder that may be written");
  }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  // A test may have taken the right to write away.
  for (std::filesystem::recursive_directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_directory(ignored) && !at->is_symlink(ignored)) {
      std::filesystem::permissions(at->path(), std::filesystem::perms::owner_all, std::filesystem::perm_options::add,
                                   ignored);
    }
  }
  std::filesystem::remove_all(path_, error);
}

}  // namespace ashlar::testing
