// What an application says about its configuration and its command line.

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <ashlar/application.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

#include "../core/host_support.hpp"
#include "page.hpp"

namespace {

struct OrdersOptions {
  int max_lines = 100;
  std::chrono::milliseconds hold_for = std::chrono::hours{1};
  std::string mail_server = "localhost:25";
};
ASHLAR_STRUCT(OrdersOptions, max_lines, hold_for, mail_server)

// The module orders, with a section of the configuration, a command and two routes.
class OrdersModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "orders"; }
  void declare(ashlar::Declaration& d) override {
    d.configured_by(options_);
    d.commands().add({.name = "place",
                      .summary = "Places an order",
                      .arguments = {{.name = "order", .summary = "its number"}},
                      .options = {{.name = "by", .summary = "who", .fallback = "me", .choices = {"me", "you"}}},
                      .run = [](const ashlar::CommandLine&) { return 0; }});
  }
  void start(ashlar::ModuleContext& context) override {
    const auto empty = [](const ashlar::Request&) { return ashlar::Response{.body = "[]"}; };
    context.routes().get("/orders/:id", empty);
    if (adds_a_route_twice) context.routes().get("/orders/:order_id", empty);
  }

  static inline bool adds_a_route_twice = false;

 private:
  OrdersOptions options_;
};

std::string without(std::string text, const std::string& part) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos;) text.erase(at, part.size());
  return text;
}

// A shop that is run in a folder of its own.
struct Shop {
  ashlar::testing::TemporaryDirectory folder{};

  std::string path_of(const std::string& name) const { return (folder.path() / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_of(name)) << text; }

  // What it says on stderr, without the folder's name.
  std::string says(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--data", path_of("data")});
    std::ostringstream out;
    std::ostringstream err;
    const auto make = +[]() -> std::unique_ptr<ashlar::Module> { return std::make_unique<OrdersModule>(); };
    const auto environment = [](std::string_view name) {
      return name == "MAIL_HOST" ? std::optional<std::string>("mail.example.org") : std::nullopt;
    };
    const int exit_code =
        ashlar::run_application(arguments, {.name = "shop", .modules = {{"orders", make}}}, {out, err, environment});
    std::string said = without(err.str(), folder.path().string() + "/");
    if (said.ends_with('\n')) said.pop_back();
    return exit_code == 0 ? "nothing was wrong" : said;
  }
};

std::string shop_says(const std::vector<std::string>& arguments) { return Shop().says(arguments); }

// What it says to this configuration file.
std::string shop_says_to(const std::string& yaml) {
  const Shop shop;
  shop.write("shop.yaml", yaml);
  return shop.says({"--config", shop.path_of("shop.yaml"), "place", "7"});
}

// A port that is in use until this is destroyed.
class UsedPort {
 public:
  UsedPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, any, size) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    REQUIRE(::getsockname(socket_, any, &size) == 0);
    port = ntohs(address.sin_port);
  }
  ~UsedPort() { ::close(socket_); }
  UsedPort(const UsedPort&) = delete;
  UsedPort& operator=(const UsedPort&) = delete;

  int port = 0;

 private:
  int socket_;
};

std::string with(std::string text, const std::string& part, const std::string& other) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += other.size()) {
    text.replace(at, part.size(), other);
  }
  return text;
}

}  // namespace

TEST_CASE("a configuration value that is none is told place and expectation") {
  CHECK(shop_says_to("orders:\n  max_lines: many\n") == on_the_page("A configuration value of a wrong type"));
}

TEST_CASE("a duration without its unit is told the units") {
  CHECK(shop_says_to("orders:\n  hold_for: 30\n") == on_the_page("A duration without its unit"));
}

TEST_CASE("an unknown configuration key is told the one that was meant") {
  CHECK(shop_says_to("orders:\n  max_line: 5\n") == on_the_page("An unknown configuration key"));
}

TEST_CASE("an unknown section is told the one that was meant") {
  CHECK(shop_says_to("order:\n  max_lines: 5\n") == on_the_page("An unknown section of the configuration"));
}

TEST_CASE("malformed YAML is told line and column") {
  CHECK(shop_says_to("orders:\n  max_lines: [5\n") == on_the_page("Malformed YAML"));
}

TEST_CASE("an environment variable that is not set is told by name") {
  CHECK(shop_says_to("orders:\n  mail_server: ${MAIL_HOST}:${MAIL_PORT}\n") ==
        on_the_page("An environment variable that is not set, in a value with one that is"));
}

TEST_CASE("a configuration file that is not there is told its name") {
  CHECK(shop_says({"--config", "shpo.yaml", "place", "7"}) == on_the_page("A configuration file that is not there"));
}

TEST_CASE("an unknown option is told the one that was meant") {
  CHECK(shop_says({"place", "7", "--confg", "x"}) == on_the_page("An unknown option"));
}

TEST_CASE("an unknown command is told the one that was meant") {
  CHECK(shop_says({"plaec", "7"}) == on_the_page("An unknown command"));
}

TEST_CASE("a module that is to run and is not there is told the one that was meant") {
  CHECK(shop_says({"--modules", "order", "place", "7"}) == on_the_page("A module in `--modules` that is not there"));
}

TEST_CASE("a missing argument is told by name") {
  CHECK(shop_says({"place"}) == on_the_page("A missing argument of a command"));
}

TEST_CASE("a value that an option does not take is told those it takes") {
  CHECK(shop_says({"place", "7", "--by", "him"}) == on_the_page("A value that an option does not take"));
}

TEST_CASE("a --set without a value is told how it is written") {
  CHECK(shop_says({"--set", "http.port", "place", "7"}) == on_the_page("`--set` without a value"));
}

TEST_CASE("a misspelt event in explain is told what to do") {
  CHECK(shop_says({"explain", "orders.order.placed"}) == on_the_page("`explain` for an event that is not there"));
}

TEST_CASE("a port in use is told with its address and another one") {
  const UsedPort used;
  const std::string said = shop_says({"--set", "http.port=" + std::to_string(used.port), "--log-level", "error"});
  const std::string next = std::to_string(used.port == 65535 ? 8080 : used.port + 1);
  CHECK(with(with(said, std::to_string(used.port), "8080"), next, "8081") == on_the_page("A port in use"));
}

TEST_CASE("a route that is there already is told with the other one") {
  OrdersModule::adds_a_route_twice = true;
  const std::string said = shop_says({"--set", "http.port=0", "--log-level", "error"});
  OrdersModule::adds_a_route_twice = false;
  CHECK(said == on_the_page("A route added twice"));
}

TEST_CASE("a data folder that cannot be made is told with another one") {
  const Shop shop;
  shop.write("data", "a file");
  CHECK(shop.says({"place", "7"}) == on_the_page("A data folder that cannot be made"));
}

TEST_CASE("an unknown key that is near none is told those that are known") {
  CHECK(shop_says_to("orders:\n  colour: red\n") == on_the_page("A configuration key that is near none"));
}
