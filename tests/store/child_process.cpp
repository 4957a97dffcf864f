#include "child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace {

constexpr int parent_descriptor = 9;

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  std::array<int, 2> ends{};
  errors_ = ::memfd_create("errors", MFD_CLOEXEC);
  if (errors_ < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, errors_, 2);
  posix_spawn_file_actions_adddup2(&files, ends[1], parent_descriptor);
  const int failed = ::posix_spawn(&process_, words[0].c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  told_ = ends[0];
  if (failed != 0) throw std::runtime_error(words[0] + " cannot be run");
}

ChildProcess::~ChildProcess() {
  kill();
  ::close(told_);
  ::close(errors_);
}

bool ChildProcess::wait_for_lines(std::size_t count) {
  while (lines_.size() < count) {
    if (read_some()) continue;
    wait();
    return false;
  }
  return true;
}

void ChildProcess::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  wait();
  while (read_some()) continue;
}

void ChildProcess::wait() {
  if (process_ < 0) return;
  while (::waitpid(process_, &status_, 0) < 0) continue;
  process_ = -1;
}

std::string ChildProcess::ending() const {
  std::string text = WIFEXITED(status_) ? "exit status " + std::to_string(WEXITSTATUS(status_))
                                        : "signal " + std::to_string(WTERMSIG(status_));
  text += ", and said: ";
  std::array<char, 4096> buffer{};
  const ssize_t size = ::pread(errors_, buffer.data(), buffer.size(), 0);
  return text + (size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "nothing");
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
