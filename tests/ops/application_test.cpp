#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "application_run.hpp"
#include "raw_client.hpp"

namespace fs = std::filesystem;

TEST_CASE("a command of a module runs with its arguments, options and flags") {
  ApplicationRun shop;
  CHECK(shop({"place", "17"}) == 0);
  CHECK(shop.out.str() == "17 by me of at most 100\n");
  CHECK(shop.err.str().empty());
  CHECK(shop({"place", "--loud", "--by", "you", "18"}) == 0);
  CHECK(shop.out.str() == "18 by you! of at most 100\n");
}

TEST_CASE("a command of two words is a command of a command") {
  ApplicationRun shop;
  CHECK(shop({"orders", "count"}) == 0);
  CHECK(shop.out.str() == "0\n");
  CHECK(shop({"orders"}) == 2);
  CHECK(contains(shop.err.str(), "shop orders --help"));
}

TEST_CASE("common options may stand before and after the command") {
  ApplicationRun shop;
  CHECK(shop({"--set", "orders.max_lines=5", "place", "17"}) == 0);
  CHECK(shop.out.str() == "17 by me of at most 5\n");
  CHECK(shop({"place", "17", "--set", "orders.max_lines=6"}) == 0);
  CHECK(shop.out.str() == "17 by me of at most 6\n");
}

TEST_CASE("the command line outweighs the environment, the environment the file, the file the defaults") {
  ApplicationRun shop;
  const fs::path file = shop.folder.path() / "my.yaml";
  std::ofstream(file) << "orders:\n  max_lines: 7\n";
  CHECK(shop({"place", "17", "--config", file.string()}) == 0);
  CHECK(shop.out.str() == "17 by me of at most 7\n");
  shop.environment["SHOP_ORDERS_MAX_LINES"] = "8";
  CHECK(shop({"place", "17", "--config", file.string()}) == 0);
  CHECK(shop.out.str() == "17 by me of at most 8\n");
  CHECK(shop({"place", "17", "--config", file.string(), "--set", "orders.max_lines=9"}) == 0);
  CHECK(shop.out.str() == "17 by me of at most 9\n");
}

TEST_CASE("--print-config prints every section with its defaults, and no secret") {
  ApplicationRun shop;
  CHECK(shop({"--print-config", "--set", "http.port=9090"}) == 0);
  CHECK(contains(shop.out.str(), "port: 9090"));
  CHECK(contains(shop.out.str(), "max_lines: 100"));
  CHECK(contains(shop.out.str(), "stop_deadline: 30s"));
  CHECK(contains(shop.out.str(), "level: info"));
  CHECK_FALSE(contains(shop.out.str(), "geheim"));
  CHECK_FALSE(fs::exists(shop.folder.path() / "data"));
}

TEST_CASE("errors of the configuration are all said at once, and nothing starts") {
  ApplicationRun shop;
  const fs::path file = shop.folder.path() / "my.yaml";
  std::ofstream(file) << "orders:\n  max_line: 7\nhttp:\n  port: many\nnothing: 1\n";
  CHECK(shop({"--config", file.string()}) == 1);
  const std::string err = shop.err.str();
  CHECK(contains(err, "max_line"));
  CHECK(contains(err, "port"));
  CHECK(contains(err, "nothing"));
  CHECK(std::count(err.begin(), err.end(), '\n') == 3);
  CHECK(shop.out.str().empty());
  CHECK_FALSE(fs::exists(shop.folder.path() / "data"));
}

TEST_CASE("values that nothing can run with are errors of the configuration") {
  ApplicationRun shop;
  CHECK(shop({"--set", "http.threads=0", "--set", "host.max_depth=0"}) == 1);
  CHECK(contains(shop.err.str(), "http.threads"));
  CHECK(contains(shop.err.str(), "host.max_depth"));
}

TEST_CASE("a configuration file that cannot be read is an error that says so") {
  ApplicationRun shop;
  CHECK(shop({"describe", "--config", "/nowhere/at/all.yaml"}) == 1);
  CHECK(shop.err.str() ==
        "shop: cannot read the configuration /nowhere/at/all.yaml: No such file or directory; name another with "
        "--config\n");
  CHECK(shop({"describe", "--config", shop.folder.path().string()}) == 1);
  CHECK(contains(shop.err.str(), "it is a folder"));
}

TEST_CASE("--help explains itself with examples, also where the configuration is wrong") {
  ApplicationRun shop;
  CHECK(shop({"--help", "--set", "nothing.at=all"}) == 0);
  const std::string help = shop.out.str();
  for (const char* part : {"A small shop.", "--data", "--config", "--set", "--print-config", "place", "orders",
                           "describe", "explain", "health", "Examples:", "shop place 17 --loud", "Ctrl-C"}) {
    CAPTURE(part);
    CHECK(contains(help, part));
  }
  CHECK(shop.err.str().empty());
  CHECK(shop({"place", "--help"}) == 0);
  for (const char* part : {"Place an order", "ORDER", "its number", "--by", "me|you", "--loud"}) {
    CAPTURE(part);
    CHECK(contains(shop.out.str(), part));
  }
}

TEST_CASE("--version names the application and the framework") {
  ApplicationRun shop;
  CHECK(shop({"--version"}) == 0);
  CHECK(shop.out.str().starts_with("shop 1.2.3 (Ashlar "));
}

TEST_CASE("a wrong command line is one sentence that says what was probably meant, and exit code 2") {
  ApplicationRun shop;
  const auto error_of = [&](std::vector<std::string> arguments) {
    CAPTURE(arguments.front());
    CHECK(shop(std::move(arguments)) == 2);
    CHECK(shop.out.str().empty());
    const std::string err = shop.err.str();
    CHECK(std::count(err.begin(), err.end(), '\n') == 1);
    return err;
  };
  CHECK(error_of({"plaec", "17"}) == "shop: there is no command 'plaec'; did you mean 'place'?\n");
  CHECK(contains(error_of({"zzz"}), "there is no command 'zzz'; `shop --help`"));
  CHECK(error_of({"place", "17", "--lout"}) == "shop: there is no option '--lout'; did you mean '--loud'?\n");
  CHECK(error_of({"--dota=x"}) == "shop: there is no option '--dota'; did you mean '--data'?\n");
  CHECK(contains(error_of({"place"}), "ORDER is required"));
  CHECK(contains(error_of({"place", "17", "18"}), "'18' is one argument too many"));
  CHECK(contains(error_of({"place", "17", "--by", "them"}), "'them' is none of me, you"));
  CHECK(contains(error_of({"place", "17", "--set"}), "--set"));
  CHECK(contains(error_of({"--set", "novalue", "place", "17"}), "path=value"));
  CHECK(contains(error_of({"place", "misuse"}), "an order has a number"));
}

TEST_CASE("a command that fails says why in a sentence, and its exit code is 1") {
  ApplicationRun shop;
  CHECK(shop({"place", "throw"}) == 1);
  CHECK(shop.err.str() == "shop: orders are closed\n");
}

TEST_CASE("a start that fails says which module and why") {
  ApplicationRun shop;
  struct Failing final : ashlar::Module {
    std::string_view name() const override { return "failing"; }
    void declare(ashlar::Declaration&) override {}
    void start(ashlar::ModuleContext&) override { throw std::runtime_error("no coffee"); }
  };
  shop.application.modules.push_back({"failing", &small_shop::make<Failing>});
  CHECK(shop({"place", "17"}) == 1);
  CHECK(shop.err.str() == "shop: module 'failing' failed to start: no coffee\n");
}

TEST_CASE("the data folder is made for what runs, and not for what only looks") {
  ApplicationRun shop;
  const fs::path data = shop.folder.path() / "deep" / "data";
  CHECK(shop({"describe", "--data", data.string()}) == 0);
  CHECK(shop({"explain", "orders.order.placed", "--data", data.string()}) == 0);
  CHECK_FALSE(fs::exists(data));
  CHECK(shop({"place", "17", "--data", data.string()}) == 0);
  CHECK(fs::is_directory(data));
  std::ofstream(shop.folder.path() / "file") << "x";
  CHECK(shop({"place", "17", "--data", (shop.folder.path() / "file").string()}) == 1);
  CHECK(contains(shop.err.str(), "choose another with --data"));
}

TEST_CASE("an application adds commands of its own, which see the host") {
  ApplicationRun shop;
  shop.application.commands = [](ashlar::Commands& commands, ashlar::ModuleHost& host) {
    commands.add({.name = "publish", .summary = "Publish", .run = [&host](const ashlar::CommandLine& line) {
                    line.out << host.bus_of("orders").publish(small_shop::OrderPlaced{}).to_string() << "\n";
                    return 3;
                  }});
  };
  CHECK(shop({"publish"}) == 3);
  CHECK(shop.out.str() == "3 handlers\n");
}

TEST_CASE("two commands of one name, and options that every application has, are refused") {
  ApplicationRun shop;
  const auto refused = [&](ashlar::Command command) {
    command.run = [](const ashlar::CommandLine&) { return 0; };
    shop.application.commands = [command](ashlar::Commands& commands, ashlar::ModuleHost&) { commands.add(command); };
    CHECK(shop({"describe"}) == 1);
    return shop.err.str();
  };
  CHECK(contains(refused({.name = "place", .summary = ""}), "two commands are called 'place'"));
  CHECK(contains(refused({.name = "describe", .summary = ""}), "two commands are called 'describe'"));
  CHECK(contains(refused({.name = "orders", .summary = ""}), "rename one"));
  CHECK(contains(refused({.name = "Bad Name Here", .summary = ""}), "is no name for a command"));
  CHECK(contains(refused({.name = "x",
                          .summary = "",
                          .arguments = {{.name = "a", .summary = "", .optional = true}, {.name = "b", .summary = ""}}}),
                 "the command 'x' needs 'b' behind 'a', which may be left out: exchange them"));
  CHECK(contains(refused({.name = "x", .summary = "", .options = {{.name = "data", .summary = ""}}}), "--data"));
}

TEST_CASE("the log says nothing below warning while a command runs, unless told to") {
  ApplicationRun shop;
  CHECK(shop({"place", "17"}) == 0);
  CHECK(shop.err.str().empty());
  CHECK(shop({"place", "17", "--log-level", "info", "--log-format", "json"}) == 0);
  CHECK(contains(shop.err.str(), "host started"));
  CHECK(shop.err.str().starts_with("{"));
  CHECK(shop.out.str() == "17 by me of at most 100\n");
}

TEST_CASE("the configuration may be a file named after the application in the current folder") {
  ApplicationRun shop;
  const fs::path before = fs::current_path();
  fs::current_path(shop.folder.path());
  std::ofstream("shop.yaml") << "orders:\n  max_lines: 3\n";
  CHECK(shop({"place", "17"}) == 0);
  fs::current_path(before);
  CHECK(shop.out.str() == "17 by me of at most 3\n");
}
