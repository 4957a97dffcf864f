#include "error_of.hpp"
#include "host_support.hpp"

#include <doctest/doctest.h>

namespace {

class Stock {};
class Scales {};

struct LedgerOptions {
  int pages = 3;
};
ASHLAR_STRUCT(LedgerOptions, pages)

// A host of the modules `here` that leaves out those of `elsewhere`. Factories are plain functions, so the scripts wait here.
struct Part {
  static inline std::vector<std::unique_ptr<ashlar::Module>> waiting;

  void leave_out(std::unique_ptr<ashlar::Module> module) {
    waiting.push_back(std::move(module));
    host.leave_out({"", [] {
                      auto next = std::move(waiting.back());
                      waiting.pop_back();
                      return next;
                    }});
  }

  ashlar::ModuleHost host{};
};

std::unique_ptr<ashlar::Module> ringer(Journal& journal) {
  return scripted("ringer", journal, {.register_handlers = [&journal](ashlar::EventRegistry& r) {
                    r.on([&journal](const bells::Rang&) { journal.add("heard"); }, {.name = "hear"});
                  }});
}

}  // namespace

TEST_CASE("D1: a module that is left out declares itself, and nothing else of it is called") {
  Journal journal;
  Part part;
  part.host.add(scripted("here", journal));
  part.leave_out(scripted("elsewhere", journal, {.declare = [](ashlar::Declaration& d) {
                            d.commands().add({.name = "go", .summary = "", .run = [](const auto&) { return 0; }});
                          }}));
  part.host.start();
  CHECK(part.host.commands().empty());
  CHECK(part.host.health().ready);
  CHECK(part.host.health().checks.size() == 1);
  part.host.stop();
  CHECK(journal.text() == "declare elsewhere, declare here, prepare here, register here, start here, stop here");
}

TEST_CASE("A7: a handler for an event of a module that is left out is no error, and describe says so") {
  Journal journal;
  Part part;
  part.host.add(ringer(journal));
  part.leave_out(bell_tower());
  part.host.start();
  const ashlar::HostDescription described = part.host.describe();
  REQUIRE(described.modules.size() == 1);
  CHECK(described.modules[0].name == "ringer");
  CHECK(described.left_out == std::vector<std::string>{"bells"});
  REQUIRE(described.events.size() == 2);
  CHECK(described.events[0].event.module == "bells");
  CHECK(described.events[0].handlers.at(0).name == "hear");
}

TEST_CASE("C4: nobody publishes in the name of a module that is left out") {
  Journal journal;
  Part part;
  part.host.add(ringer(journal));
  part.leave_out(bell_tower());
  part.host.start();
  CHECK(error_of([&] { ring(part.host); }) ==
        "module 'bells' is left out of this process, so nobody publishes in its name");
}

TEST_CASE("D3: an error names the module that is left out, who needs it, and all that has to be added") {
  Journal journal;
  Part part;
  part.host.add(scripted("orders", journal, {.declare = [](ashlar::Declaration& d) {
                           d.needs<Stock>();
                           d.needs_module("ledger");
                         }}));
  part.leave_out(scripted("ledger", journal));
  part.leave_out(scripted("inventory", journal, {.declare = [](ashlar::Declaration& d) {
                            d.provides<Stock>();
                            d.needs<Scales>();
                          }}));
  part.leave_out(scripted("weighing", {.declare = [](ashlar::Declaration& d) { d.provides<Scales>(); }}));
  const std::string message = error_of([&] { part.host.start(); });
  CHECK_MESSAGE(
      message.find("of module 'inventory', which this process leaves out: add inventory,weighing, or leave out "
                   "'orders' too\n") != std::string::npos,
      message);
  CHECK_MESSAGE(
      message.ends_with("module 'orders' needs module 'ledger', which this process leaves out: add ledger, or "
                        "leave out 'orders' too"),
      message);
  CHECK(journal.names("prepare").empty());
}

TEST_CASE("D1: the section of a module that is left out is known, and checked like any other") {
  LedgerOptions options;
  const auto error_with = [&](const char* path) {
    ashlar::HostOptions given;
    given.configuration.set(path, "5", "--set");
    Part part{.host = ashlar::ModuleHost(std::move(given))};
    part.leave_out(scripted("ledger", {.declare = [&](ashlar::Declaration& d) { d.configured_by(options); }}));
    return error_of([&] { part.host.assemble(); });
  };
  CHECK(error_with("ledger.pages") == "nothing was thrown");
  CHECK(error_with("ledger.page").find("did you mean pages?") != std::string::npos);
}

TEST_CASE("F3: a bridge learns what modules handle that are left out, and which events are theirs") {
  Journal journal;
  Part part;
  std::vector<std::string> handled;
  part.host.add(scripted("gate", journal,
                         {.declare = [](ashlar::Declaration& d) { d.lets_events_in(); },
                          .register_handlers =
                              [&](ashlar::EventRegistry& r) {
                                for (const auto& it : r.handled_elsewhere())
                                  handled.push_back(it.module + ": " + it.event);
                              }}));
  part.leave_out(scripted("ears", journal, {.register_handlers = [](ashlar::EventRegistry& r) {
                            r.on([](const bells::Rang&) {});
                            r.on("bells.#", [](const ashlar::Envelope&) {});
                            r.stream("all").on([](const bells::Echoed&) {}).on("#", [](const ashlar::Envelope&) {});
                          }}));
  part.leave_out(bell_tower());
  part.host.start();
  CHECK(handled ==
        std::vector<std::string>{"ears: bells.bell.rang", "ears: bells.#", "ears: bells.bell.echoed", "ears: #"});
  CHECK_FALSE(part.host.registry().find("bells.bell.rang")->is_here);
}
