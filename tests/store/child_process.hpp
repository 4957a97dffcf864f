#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

// A process of ours that is meant to run until it is killed. What it tells with tell_parent() is read here, line by line.
// Killed when destroyed.
class ChildProcess {
 public:
  // The program's path and its arguments.
  explicit ChildProcess(std::vector<std::string> words);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until it has told so many lines; false: it has ended before, and ending() says how.
  bool wait_for_lines(std::size_t count);

  // kill -9, now; what it told before is in lines() then.
  void kill();

  const std::vector<std::string>& lines() const { return lines_; }

  // `exit status 1, and said: …`, where it ended by itself.
  std::string ending() const;

 private:
  bool read_some();
  void wait();

  pid_t process_ = -1;
  int told_ = -1;
  int errors_ = -1;
  int status_ = 0;
  std::string begun_;  // of a line
  std::vector<std::string> lines_;
};

// In the child: from any thread. The line is the parent's also when the child is killed at once.
void tell_parent(const std::string& line);
