#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "application_run.hpp"

namespace {

// Runs `body` in a process of its own and returns its status, as waitpid() gives it. Before any thread was started here.
int status_of(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDOUT_FILENO);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

struct NeverStops final : ashlar::Module {
  std::string_view name() const override { return "never_stops"; }
  void declare(ashlar::Declaration&) override {}
  void stop() override {
    std::raise(SIGTERM);
    for (;;) ::pause();
  }
};

int serve_until(ApplicationRun& shop, int signal) {
  shop.application.what_to_try = [signal](std::string_view) {
    std::raise(signal);
    return std::string();
  };
  return shop({"--set", "http.port=0"});
}

}  // namespace

TEST_CASE("D5: SIGINT and SIGTERM stop the host in order, and the exit code is 0") {
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    ApplicationRun shop;
    CHECK(serve_until(shop, signal) == 0);
    CHECK(contains(shop.err.str(), "host stopped"));
  }
}

TEST_CASE("D5: a second signal ends the process at once") {
  ApplicationRun shop;
  shop.application.modules = {{"never_stops", &small_shop::make<NeverStops>}};
  const int status = status_of([&] { return serve_until(shop, SIGTERM); });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
}

TEST_CASE("D4: what outlasts the deadline of a stop is named, and the process ends all the same with 1") {
  struct Hangs final : ashlar::Module {
    std::string_view name() const override { return "hangs"; }
    void declare(ashlar::Declaration&) override {}
    void stop() override {
      for (;;) ::pause();
    }
  };
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const int status = status_of([&] {
    ::dup2(pipe[1], STDERR_FILENO);
    ashlar::ops::TemporaryFolder folder;
    const std::string data = folder.path().string();
    const char* const arguments[] = {
        "shop",        "--data", data.c_str(), "--set", "http.port=0", "--set", "host.stop_deadline=20ms",
        "--log-level", "off"};
    ashlar::Application application{.name = "shop", .modules = {{"hangs", &small_shop::make<Hangs>}}};
    application.what_to_try = [&](std::string_view) {
      std::filesystem::remove(data);  // the process will not come so far as to do it
      std::raise(SIGTERM);
      return std::string();
    };
    return ashlar::run_application(static_cast<int>(std::size(arguments)), arguments, application);
  });
  ::close(pipe[1]);
  std::string text(200, '\0');
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(pipe[0], text.data(), text.size()))));
  ::close(pipe[0]);
  CHECK(text == "still running at the deadline: module 'hangs' in stop()\n");
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
}
