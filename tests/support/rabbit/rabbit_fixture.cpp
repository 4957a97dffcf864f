// The broker that the tests share. `rabbit_fixture start FILE` begins one, whose place is in FILE then; `rabbit_fixture
// stop FILE` ends it. It also ends when the process that called `start` does, which is ctest.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "rabbit_server.hpp"

namespace {

int open_process(pid_t process) { return static_cast<int>(::syscall(SYS_pidfd_open, process, 0)); }

// Until it is told to end, or whoever wanted it is gone.
void keep(const std::string& file, int caller, int ready) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  const RabbitServer server;  // before the signal is blocked, which its processes would inherit
  server.prepare_vhosts(60);
  server.write(file);
  std::ofstream(file + ".pid") << ::getpid();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  const int told = ::signalfd(-1, &signals, SFD_CLOEXEC);
  if (::write(ready, "1", 1) != 1) return;
  ::close(ready);
  std::array<pollfd, 2> polled{{{told, POLLIN, 0}, {caller, POLLIN, 0}}};
  ::poll(polled.data(), polled.size(), -1);
  ::unlink(file.c_str());
}

int start(const std::string& file) {
  const int caller = open_process(::getppid());
  std::array<int, 2> ends{};
  if (caller < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return 1;
  if (::fork() == 0) {
    ::close(ends[0]);
    ::setsid();
    // Whoever reads what this writes does not wait for it.
    const int log = ::open((file + ".log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    try {
      keep(file, caller, ends[1]);
      ::_exit(0);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(1);
    }
  }
  ::close(ends[1]);
  char answer = 0;
  if (::read(ends[0], &answer, 1) == 1) return 0;
  std::printf("the broker did not start, see %s.log\n", file.c_str());
  return 1;
}

int stop(const std::string& file) {
  pid_t process = 0;
  std::ifstream(file + ".pid") >> process;
  const int watched = process > 0 ? open_process(process) : -1;
  if (watched < 0) return 0;
  ::kill(process, SIGTERM);
  pollfd polled{watched, POLLIN, 0};
  ::poll(&polled, 1, 30'000);
  ::unlink((file + ".pid").c_str());
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string what = count == 3 ? words[1] : "";
  if (what == "start") return start(words[2]);
  if (what == "stop") return stop(words[2]);
  std::printf("rabbit_fixture start|stop FILE\n");
  return 2;
}
