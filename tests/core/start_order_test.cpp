#include "error_of.hpp"
#include "host_support.hpp"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>

namespace {

struct Clapper {
  virtual ~Clapper() = default;
};

struct Rope : Clapper {};

// `d` provides what `a` needs; `b` needs the module `c` by name.
std::unique_ptr<ashlar::Module> module_of_four(char name, Journal& journal, Rope& rope) {
  switch (name) {
    case 'a': return scripted("a", journal, {.declare = [](ashlar::Declaration& d) { d.needs<Clapper>(); }});
    case 'b': return scripted("b", journal, {.declare = [](ashlar::Declaration& d) { d.needs_module("c"); }});
    case 'd':
      return scripted("d", journal,
                      {.declare = [](ashlar::Declaration& d) { d.provides<Clapper>(); },
                       .prepare = [&rope](ashlar::ModuleContext& c) { c.provide<Clapper>(rope); }});
    default: return scripted(std::string(1, name), journal);
  }
}

struct BellOptions {
  int volume = 5;
};
ASHLAR_STRUCT(BellOptions, volume)

}  // namespace

TEST_CASE(
    "D1: modules start in dependency order, ties in order of name, and stop in reverse, in whatever order they were "
    "added") {
  std::string added = "abcd";
  do {
    CAPTURE(added);
    Journal journal;
    Rope rope;
    ashlar::ModuleHost host;
    for (const char name : added) host.add(module_of_four(name, journal, rope));
    host.start();
    host.stop();
    CHECK(journal.names("prepare") == "c b d a");
    CHECK(journal.names("register") == "c b d a");
    CHECK(journal.names("start") == "c b d a");
    CHECK(journal.names("stop") == "a d b c");
    CHECK(journal.names("declare") == "a b c d");
  } while (std::next_permutation(added.begin(), added.end()));
}

TEST_CASE("D1: every module has finished a phase before any begins the next") {
  Journal journal;
  ashlar::ModuleHost host;
  for (const char* name : {"b", "c", "a"}) host.add(scripted(name, journal));
  host.start();
  host.stop();
  CHECK(journal.text() ==
        "declare a, declare b, declare c, prepare a, prepare b, prepare c, register a, register b, register c, "
        "start a, start b, start c, stop c, stop b, stop a");
}

TEST_CASE("D1: the order is the same when the host starts again, and nothing is declared twice") {
  Journal journal;
  Rope rope;
  ashlar::ModuleHost host;
  for (const char name : {'a', 'b', 'c', 'd'}) host.add(module_of_four(name, journal, rope));
  host.start();
  host.stop();
  CHECK(journal.names("declare") == "a b c d");
  journal.clear();
  host.start();
  host.stop();
  CHECK(journal.text() ==
        "prepare c, prepare b, prepare d, prepare a, register c, register b, register d, register a, "
        "start c, start b, start d, start a, stop a, stop d, stop b, stop c");
}

TEST_CASE("D1: describe names the modules in start order, also before they have started") {
  Journal journal;
  Rope rope;
  ashlar::ModuleHost host;
  for (const char name : {'a', 'b', 'c', 'd'}) host.add(module_of_four(name, journal, rope));
  host.prepare();
  std::string order;
  for (const ashlar::ModuleDescription& module : host.describe().modules) order += module.name;
  CHECK(order == "cbda");
  CHECK(journal.names("register") == "c b d a");
  CHECK(journal.names("start").empty());
}

TEST_CASE("D1: a host that was assembled or prepared first starts with no phase left out and none repeated") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("a", journal));
  host.assemble();
  CHECK(journal.text() == "declare a");
  host.prepare();
  CHECK(journal.text() == "declare a, prepare a, register a");
  CHECK_FALSE(host.running());
  host.start();
  CHECK(host.running());
  CHECK(journal.text() == "declare a, prepare a, register a, start a");
}

TEST_CASE("D1: the configuration is filled before a module is prepared") {
  BellOptions options;
  int seen = 0;
  ashlar::HostOptions host_options;
  host_options.configuration.read_yaml("bells: {volume: 11}", "bells.yaml", ashlar::process_environment);
  ashlar::ModuleHost host(std::move(host_options));
  host.add(scripted("bells", {.declare = [&](ashlar::Declaration& d) { d.configured_by(options); },
                              .prepare = [&](ashlar::ModuleContext&) { seen = options.volume; }}));
  host.start();
  CHECK(seen == 11);
}

TEST_CASE("D1: the errors of a configuration are told all at once, before anything is prepared") {
  Journal journal;
  BellOptions first;
  BellOptions second;
  ashlar::HostOptions options;
  options.configuration.read_yaml("first: {volume: loud}\nsecond: {volumes: 3}\nnobody: {x: 1}\n", "bells.yaml",
                                  ashlar::process_environment);
  ashlar::ModuleHost host(std::move(options));
  host.add(scripted("first", journal, {.declare = [&](ashlar::Declaration& d) { d.configured_by(first); }}));
  host.add(scripted("second", journal, {.declare = [&](ashlar::Declaration& d) { d.configured_by(second); }}));
  try {
    host.start();
    FAIL("the host started");
  } catch (const ashlar::ConfigurationError& error) {
    REQUIRE(error.problems().size() == 3);
    const std::string text = error.what();
    CHECK(text.find("first.volume") != std::string::npos);
    CHECK(text.find("volumes") != std::string::npos);
    CHECK(text.find("nobody") != std::string::npos);
    CHECK(text.find("bells.yaml:1:") != std::string::npos);
  }
  CHECK_FALSE(host.running());
  CHECK_THROWS_AS(host.start(), ashlar::Error);
  CHECK(journal.names("prepare").empty());
}

TEST_CASE(
    "D1: every handler is registered before any module starts, so that start() can publish to modules that start "
    "later") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("bells", journal,
                    {.declare = [](ashlar::Declaration& d) { d.emits<bells::Rang>(); },
                     .start =
                         [&](ashlar::ModuleContext& c) {
                           const ashlar::PublishReport report = c.bus().publish(bells::Rang{1});
                           journal.add("published to " + report.to_string());
                         }}));
  host.add(scripted("later", journal, {.register_handlers = [&](ashlar::EventRegistry& r) {
                      r.on([&](const bells::Rang&) { journal.add("heard"); });
                    }}));
  host.start();
  CHECK(journal.names("start") == "bells later");
  CHECK(journal.text().ends_with("start bells, heard, published to 1 handler, start later"));
}

TEST_CASE("D1: handlers of one event run in start order, not in order of name") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(bell_tower());
  const auto hears = [&](std::string name) {
    return [&journal, name](ashlar::EventRegistry& r) {
      r.on([&journal, name](const bells::Rang&) { journal.add("heard " + name); });
    };
  };
  host.add(
      scripted("a", {.declare = [](ashlar::Declaration& d) { d.needs_module("z"); }, .register_handlers = hears("a")}));
  host.add(scripted("z", {.register_handlers = hears("z")}));
  host.start();
  ring(host);
  CHECK(journal.names("heard") == "z a");
}

TEST_CASE("D1: two modules of one name, and a name off the grammar, fail the start") {
  ashlar::ModuleHost twins;
  twins.add(scripted("bells"));
  const std::string twice = error_of([&] {
    twins.add(scripted("bells"));
    twins.start();
  });
  CHECK_MESSAGE(twice.find("'bells'") != std::string::npos, twice);

  for (const char* name : {"", "Bells", "1bell", "bell-tower", "bell.tower", "bell tower"}) {
    CAPTURE(name);
    ashlar::ModuleHost host;
    CHECK_THROWS_AS(
        [&] {
          host.add(scripted(name));
          host.start();
        }(),
        ashlar::Error);
  }
}

TEST_CASE("D1: a module that is added too late is refused") {
  ashlar::ModuleHost host;
  host.add(scripted("a"));
  host.assemble();
  CHECK_THROWS_AS(host.add(scripted("b")), ashlar::Error);
  host.start();
  CHECK_THROWS_AS(host.add(scripted("c")), ashlar::Error);
  CHECK(host.describe().modules.size() == 1);
}

TEST_CASE("D1: a host that runs cannot be started a second time, and goes on") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("a", journal));
  host.start();
  CHECK_THROWS_AS(host.start(), ashlar::Error);
  CHECK(host.running());
  CHECK(journal.count("start a") == 1);
  CHECK(journal.count("stop a") == 0);
}

TEST_CASE("D1: a host without modules starts and stops") {
  ashlar::ModuleHost host;
  host.start();
  CHECK(host.running());
  CHECK(host.stop().clean());
  CHECK_FALSE(host.running());
}
