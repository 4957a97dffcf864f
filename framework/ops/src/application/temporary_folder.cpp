#include "application/temporary_folder.hpp"

#include <ashlar/errors.hpp>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace ashlar::ops {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "ashlar-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw Error("cannot make a temporary folder as " + name + ": " + std::generic_category().message(errno));
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace ashlar::ops
