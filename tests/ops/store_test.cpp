#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <doctest/doctest.h>

#include <csignal>

#include "application_run.hpp"
#include "raw_client.hpp"
#include "tower.hpp"

namespace fs = std::filesystem;

TEST_CASE("An application whose modules store nothing makes no file") {
  ApplicationRun shop;
  CHECK(shop({"place", "17"}) == 0);
  CHECK(fs::is_empty(shop.folder.path() / "data"));
}

TEST_CASE("An application offers its modules the file that has its name, and the durable log in it") {
  tower::Run bells;
  CHECK(bells({"ring", "3"}) == 0);
  CHECK(bells.out.str() == "rang 3, stored as 1\n");
  CHECK(fs::exists(bells.folder.path() / "data" / "tower.db"));
  CHECK(bells({"ring", "4"}) == 0);
  CHECK(bells.out.str() == "rang 4, stored as 2\n");
  CHECK(bells({"heard"}) == 0);
  CHECK(bells.out.str() == R"({"number":3,"password":"geheim"}
{"number":4,"password":"geheim"}
)");
}

TEST_CASE("What only looks at an application makes no file of it") {
  tower::Run bells;
  for (const char* command : {"describe", "--print-config", "--help"}) {
    CAPTURE(command);
    CHECK(bells({command}) == 0);
    CHECK_FALSE(fs::exists(bells.folder.path() / "data"));
  }
}

TEST_CASE("The section store of the configuration reaches file and log") {
  tower::Run bells;
  CHECK(bells({"--print-config"}) == 0);
  CHECK(contains(bells.out.str(), R"(store:
  synchronous: full
  max_bytes: ~
  min_free_bytes: 67108864
  retention:
    policy: limits
    when_over: discard_old
    max_age: ~
    max_count: ~
    max_bytes: ~
  retention_interval: 10s
  orphans: warn
  catch_up: all
)"));
  CHECK(bells({"ring", "3", "--set", "store.max_bytes=1"}) == 1);
  CHECK(contains(bells.err.str(), "its limit is 0 MiB (max_bytes)"));
  CHECK(bells({"options", "--set", "store.synchronous=normal"}) == 0);
  CHECK(bells.out.str() == "normal\n");
  CHECK(bells({"ring", "3", "--set", "store.retention={when_over: refuse_new, max_count: 1}"}) == 0);
  CHECK(bells({"ring", "3", "--set", "store.retention={when_over: refuse_new, max_count: 1}"}) == 1);
}

TEST_CASE("Stored events that no module knows any more keep it from starting where store.orphans says so") {
  tower::Run bells;
  CHECK(bells({"ring", "3"}) == 0);
  bells.application.modules.resize(1);
  CHECK(bells({"options", "--set", "store.orphans=refuse"}) == 1);
  CHECK(contains(bells.err.str(), "'tower.bell.rang@1', stored 1 times, is declared by no module"));
  CHECK(bells({"options"}) == 0);
}

TEST_CASE("Consumers of modules that are left out are no orphans") {
  tower::Run bells;
  CHECK(bells({"ring", "3"}) == 0);
  CHECK(bells({"options", "--modules", "desk", "--set", "store.orphans=refuse"}) == 0);
  CHECK(bells.err.str().empty());
  bells.application.modules.resize(1);
  CHECK(bells({"options", "--set", "store.orphans=refuse"}) == 1);
  CHECK(contains(bells.err.str(), "stream consumer 'tower.record' is registered by no module"));
}

TEST_CASE("Values of the section store that nothing can run with are errors of the configuration, all at once") {
  tower::Run bells;
  CHECK(bells({"ring", "3", "--set", "store.max_bytes=0", "--set", "store.min_free_bytes=-1", "--set",
               "store.retention.max_age=0s", "--set", "store.retention.max_count=0", "--set",
               "store.retention.max_bytes=-5", "--set", "store.retention_interval=0s"}) == 1);
  CHECK(bells.err.str() ==
        "tower: store.max_bytes: expected more than 0, or null for no limit\n"
        "tower: store.min_free_bytes: expected 0 or more\n"
        "tower: store.retention.max_age: expected more than 0, or null for no limit\n"
        "tower: store.retention.max_count: expected more than 0, or null for no limit\n"
        "tower: store.retention.max_bytes: expected more than 0, or null for no limit\n"
        "tower: store.retention_interval: expected more than 0\n");
  CHECK(bells({"ring", "3", "--set", "store.synchronous=off"}) == 1);
  CHECK(contains(bells.err.str(), "store.synchronous: expected one of full, normal"));
  CHECK_FALSE(fs::exists(bells.folder.path() / "data"));
}

TEST_CASE("/streams answers what `streams list --json` prints, and that there is no log where nothing is stored") {
  tower::Run bells;
  CHECK(bells({"ring", "3"}) == 0);
  CHECK(bells({"streams", "list", "--json"}) == 0);
  const std::string printed = bells.out.str();
  std::string answered;
  bells.application.what_to_try = [&](std::string_view url) {
    answered = get(port_of(url), "/streams").body;
    std::raise(SIGTERM);
    return std::string();
  };
  CHECK(bells({"--set", "http.port=0"}) == 0);
  CHECK(answered == printed);

  ApplicationRun shop;
  shop.application.what_to_try = [&](std::string_view url) {
    answered = get(port_of(url), "/streams").body;
    std::raise(SIGTERM);
    return std::string();
  };
  CHECK(shop({"--set", "http.port=0"}) == 0);
  CHECK(answered == "{\"log\": null, \"consumers\": []}\n");
}
