#include "shop_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace {

constexpr std::uintmax_t room_needed = 200U * 1024 * 1024;

std::filesystem::path roomy_folder() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code error;
  const auto space = std::filesystem::space(memory, error);
  const bool usable = !error && space.available > room_needed && ::access(memory.c_str(), W_OK) == 0;
  return usable ? memory : std::filesystem::temp_directory_path();
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Ours, but for what would configure the shop.
std::vector<char*> environment() {
  std::vector<char*> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("SHOP_")) kept.push_back(*variable);
  }
  kept.push_back(nullptr);
  return kept;
}

}  // namespace

ShopProcess::ShopProcess(std::string executable) : executable_(std::move(executable)) {
  std::string name = (roomy_folder() / "shop-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
}

ShopProcess::~ShopProcess() {
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

ShopResult ShopProcess::run(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{executable_, "--data", data().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const std::string out = (folder_ / "out").string();
  const std::string err = (folder_ / "err").string();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, executable_.c_str(), &files, nullptr, argv.data(), environment().data());
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::runtime_error("the shop cannot be run: " + executable_);

  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {}
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), content(out), content(err)};
}

std::size_t ShopProcess::mails() const {
  std::error_code error;
  const std::filesystem::directory_iterator outbox(data() / "outbox", error);
  return static_cast<std::size_t>(
      std::count_if(outbox, {}, [](const auto& entry) { return entry.path().extension() == ".eml"; }));
}
