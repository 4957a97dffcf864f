#include <ashlar/application.hpp>
#include <echo/events.hpp>
#include <ostream>

namespace {

// The application itself publishes an event of a plug-in, and so knows its type too.
ashlar::Command shout(ashlar::ModuleHost& host) {
  return {.name = "shout", .summary = "Echo in the name of echo", .run = [&host](const ashlar::CommandLine& line) {
            line.out << host.bus_of("echo").publish(echo::Echoed{5}).to_string() << "\n";
            return 0;
          }};
}

}  // namespace

int main(int argc, char** argv) {
  return ashlar::run_application(
      argc, argv,
      {.name = "tower",
       .modules = ashlar::application_modules(),
       .commands = [](ashlar::Commands& commands, ashlar::ModuleHost& host) { commands.add(shout(host)); }});
}
