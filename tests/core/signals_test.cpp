#include "error_of.hpp"
#include "host_support.hpp"

#include <csignal>
#include <cstdio>
#include <doctest/doctest.h>
#include <future>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// A process of its own, which runs `main` and writes lines that the test reads. Killed where the test leaves it running.
class Child {
 public:
  explicit Child(const std::function<int(int out)>& main) {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    std::fflush(nullptr);  // or the child writes what is buffered once more
    process_ = ::fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      ::close(ends[0]);
      ::alarm(30);  // a child that nobody ends does not stay behind
      for (const int number : {SIGINT, SIGTERM})
        ::signal(number, SIG_DFL);  // the test framework has handlers of its own
      ::_exit(main(ends[1]));
    }
    ::close(ends[1]);
    in_ = ends[0];
  }
  ~Child() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      wait();
    }
    ::close(in_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line; empty at the end of its output.
  std::string line() {
    std::string text;
    for (char c = 0; ::read(in_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }

  void signal(int number) {
    REQUIRE(process_ > 0);
    ::kill(process_, number);
  }

  // Waits for its end: its exit code, or 1000 and the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t process_ = 0;
  int in_ = -1;
};

void say(int out, const std::string& line) {
  const std::string text = line + '\n';
  [[maybe_unused]] const auto written = ::write(out, text.data(), text.size());
}

// An application with the modules `a` and `b`; the stop of `b` hangs where it shall.
int run_until_signalled(int out, const std::function<void()>& stop_of_b = {}) {
  ashlar::ModuleHost host;
  host.add(scripted("a", {.stop = [out] { say(out, "stop a"); }}));
  host.add(scripted("b", {.stop = [out, stop_of_b] {
                      say(out, "stop b");
                      if (stop_of_b) stop_of_b();
                    }}));
  const ashlar::StopOnSignals signals(host);
  host.start();
  say(out, "started");
  host.wait();
  return host.stop().clean() ? 0 : 1;
}

}  // namespace

TEST_CASE("D5: SIGINT and SIGTERM stop the host in order") {
  for (const int number : {SIGINT, SIGTERM}) {
    CAPTURE(number);
    Child child([](int out) { return run_until_signalled(out); });
    REQUIRE(child.line() == "started");
    child.signal(number);
    CHECK(child.line() == "stop b");
    CHECK(child.line() == "stop a");
    CHECK(child.line().empty());
    CHECK(child.wait() == 0);
  }
}

TEST_CASE("D5: a second signal ends the process at once, whatever hangs") {
  for (const int second : {SIGINT, SIGTERM}) {
    CAPTURE(second);
    Child child([](int out) { return run_until_signalled(out, [] { Gate().pass(); }); });
    REQUIRE(child.line() == "started");
    child.signal(SIGTERM);
    REQUIRE(child.line() == "stop b");
    child.signal(second);
    CHECK(child.line().empty());  // `a` is not stopped any more
    const int end = child.wait();
    CHECK((end == 128 + second || end == 1000 + second));
  }
}

TEST_CASE("D5: a second signal ends the process also while it waits for a handler") {
  Child child([](int out) {
    ashlar::ModuleHost host;
    host.add(bell_tower());
    host.add(scripted("ringer", {.register_handlers = [out](ashlar::EventRegistry& r) {
                        r.on([out](const bells::Rang& rang) {
                          if (rang.number != 1) return;
                          say(out, "handling");
                          Gate().pass();
                        });
                      }}));
    const ashlar::StopOnSignals signals(host);
    host.start();
    auto publishing = std::async(std::launch::async, [&] { ring(host, 1); });
    host.wait();
    say(out, "stopping");
    host.stop();
    say(out, "stopped");
    return 0;
  });
  REQUIRE(child.line() == "handling");
  child.signal(SIGINT);
  REQUIRE(child.line() == "stopping");
  child.signal(SIGINT);
  CHECK(child.line().empty());
  const int end = child.wait();
  CHECK((end == 128 + SIGINT || end == 1000 + SIGINT));
}

TEST_CASE("D5: a signal that comes before or while the host starts is not lost") {
  for (const bool before : {true, false}) {
    CAPTURE(before);
    Child child([before](int out) {
      ashlar::ModuleHost host;
      host.add(scripted("a", {.start =
                                  [before](ashlar::ModuleContext&) {
                                    if (!before) ::raise(SIGTERM);
                                  },
                              .stop = [out] { say(out, "stop a"); }}));
      const ashlar::StopOnSignals signals(host);
      if (before) ::raise(SIGTERM);
      host.start();
      host.wait();
      host.stop();
      return 0;
    });
    CHECK(child.line() == "stop a");
    CHECK(child.wait() == 0);
  }
}

TEST_CASE("D5: without StopOnSignals, and after it, signals do what they did before") {
  Child child([](int out) {
    {
      ashlar::ModuleHost host;
      const ashlar::StopOnSignals signals(host);
      host.start();
    }
    say(out, "gone");
    Gate().pass();
    return 0;
  });
  REQUIRE(child.line() == "gone");
  child.signal(SIGTERM);
  CHECK(child.wait() == 1000 + SIGTERM);
}

TEST_CASE("D5: there is one StopOnSignals at a time in a process, and another one after it") {
  ashlar::ModuleHost host;
  {
    const ashlar::StopOnSignals first(host);
    const std::string message = error_of([&] { const ashlar::StopOnSignals second(host); });
    CHECK_MESSAGE(message.find("StopOnSignals") != std::string::npos, message);
  }
  const ashlar::StopOnSignals next(host);
  CHECK(error_of([&] { const ashlar::StopOnSignals second(host); }) != "nothing was thrown");
}
