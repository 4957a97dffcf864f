#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

// This executable once more, running one test case that is skipped otherwise. What that tells with tell_parent() is read here,
// line by line. Killed when destroyed.
class ChildProcess {
 public:
  // `environment` is added to ours.
  ChildProcess(const std::string& test_case, const std::map<std::string, std::string>& environment);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until it has told so many lines; false: it has ended before.
  bool wait_for_lines(std::size_t count);

  // kill -9, now; what it told before is in lines() then.
  void kill();

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  bool read_some();

  pid_t process_ = -1;
  int told_ = -1;
  std::string begun_;  // of a line
  std::vector<std::string> lines_;
};

// In the child: from any thread. The line is the parent's also when the child is killed at once.
void tell_parent(const std::string& line);
