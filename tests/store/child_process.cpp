#include "child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace {

constexpr int parent_descriptor = 9;

}  // namespace

ChildProcess::ChildProcess(const std::string& test_case, const std::map<std::string, std::string>& environment) {
  std::vector<std::string> words{"/proc/self/exe", "--no-skip", "--test-case=" + test_case};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<std::string> added;
  for (const auto& [name, value] : environment) added.push_back(name + "=" + value);
  std::vector<char*> variables;
  for (std::string& variable : added) variables.push_back(variable.data());
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  variables.push_back(nullptr);

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], parent_descriptor);
  const int failed = ::posix_spawn(&process_, words[0].c_str(), &files, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  told_ = ends[0];
  if (failed != 0) throw std::runtime_error("the test cannot run itself");
}

ChildProcess::~ChildProcess() {
  kill();
  ::close(told_);
}

bool ChildProcess::wait_for_lines(std::size_t count) {
  while (lines_.size() < count) {
    if (!read_some()) return false;
  }
  return true;
}

void ChildProcess::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0) continue;
  process_ = -1;
  while (read_some()) continue;
}

bool ChildProcess::read_some() {
  std::array<char, 4096> buffer{};
  const ssize_t size = ::read(told_, buffer.data(), buffer.size());
  for (ssize_t i = 0; i < size; ++i) {
    const char c = buffer[static_cast<std::size_t>(i)];
    if (c != '\n') {
      begun_ += c;
      continue;
    }
    lines_.push_back(begun_);
    begun_.clear();
  }
  return size > 0;
}

void tell_parent(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(parent_descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(1);
}
