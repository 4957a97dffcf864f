// A process of kill_test.cpp, which kills it.
//
// usage: kill_child load FILE FIRST    publishes events with numbers from FIRST on, and consumes, for ever
//        kill_child hold FILE          takes three deliveries and holds them
//
// Tells its parent line by line what it has done; ends by itself only when something fails.

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <thread>

#include "child_process.hpp"
#include "kill_process.hpp"

namespace {

void work_for_ever(const char* file, std::int64_t first) {
  KillProcess process(file);
  std::thread one([&] { process.consume_for_ever(tell_parent); });
  std::thread other([&] { process.consume_for_ever(tell_parent); });
  process.publish(first, tell_parent);
  one.join();
  other.join();
}

void hold(const char* file) {
  KillProcess process(file);
  const ashlar::store::Owner owner = process.begin_owner();
  const auto claim = patiently([&] { return process.log().claim("record", owner, 3, now_of_the_machine()); });
  for (const auto& claimed : claim.deliveries) tell_parent(std::to_string(claimed.event.sequence));
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable().wait(lock, [] { return false; });
}

// What is thrown on any thread.
void complain_and_end() {
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kill_child: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "kill_child: an exception of no known kind\n");
  }
  std::_Exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(complain_and_end);
  const std::string_view what = argc > 2 ? argv[1] : "";
  if (what == "load" && argc == 4) work_for_ever(argv[2], std::stoll(argv[3]));
  if (what == "hold") hold(argv[2]);
  std::fprintf(stderr, "usage: kill_child load FILE FIRST | kill_child hold FILE\n");
  return 2;
}
