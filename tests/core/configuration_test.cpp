#include <ashlar/configuration.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "error_of.hpp"
#include "sample_types.hpp"

using ashlar::Configuration;
using namespace std::chrono_literals;

namespace {

enum class Mode { create, verify };
ASHLAR_ENUM(Mode, create, verify)

struct Limits {
  int per_day = 10;
  std::uint8_t small = 1;
};
ASHLAR_STRUCT(Limits, per_day, small)

struct Binding {
  std::string queue;
  std::vector<std::string> events;
};
ASHLAR_STRUCT(Binding, queue, events)

struct Orders {
  int max_lines = 100;
  std::string currency = "EUR";
  bool strict = true;
  double tax = 0.19;
  std::chrono::milliseconds timeout = 30s;
  Mode mode = Mode::create;
  std::optional<std::string> note = "default";
  ashlar::Secret password{"initial"};
  std::vector<std::string> tags{"a"};
  std::map<std::string, Mode> modes{};
  std::vector<Binding> bindings{};
  Limits limits{};
};
ASHLAR_STRUCT(Orders, max_lines, currency, strict, tax, timeout, mode, note, password, tags, modes, bindings, limits)

using Variables = std::map<std::string, std::string, std::less<>>;

Configuration::Environment environment(Variables variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

// The sources of a configuration, read in the order in which a host reads them.
struct Sources {
  std::string yaml{};
  Variables environment_variables{};
  std::vector<std::pair<std::string, std::string>> settings{};

  Configuration read() const {
    Configuration configuration;
    configuration.read_yaml(yaml, "shop.yaml", environment(environment_variables));
    configuration.override_from("SHOP", environment(environment_variables));
    for (const auto& [path, value] : settings) configuration.set(path, value, "--set");
    return configuration;
  }

  Orders orders() const {
    Configuration configuration = read();
    Orders orders;
    configuration.claim("orders", orders);
    configuration.check();
    return orders;
  }

  std::string error() const {
    return error_of([&] { orders(); });
  }
};

std::string orders_yaml(const std::string& lines) { return "orders:\n" + lines; }

}  // namespace

TEST_CASE("keys that are absent keep the defaults of the struct") {
  for (const char* yaml : {"", "# nothing\n", "orders:\n", "orders: {}\n", "orders: ~\n", "orders:\n  max_lines:\n"}) {
    CHECK(Sources{yaml}.orders() == Orders{});
  }
}

TEST_CASE("every type that can be a field can be configured") {
  const Orders orders = Sources{R"(
orders:
  max_lines: 7
  currency: 5
  strict: false
  tax: 7e-2
  timeout: 2min
  mode: verify
  note: "two words"
  password: "#!@"
  tags: [x, "y z", 3]
  modes: {first: create, second: verify}
  bindings:
    - queue: shop
      events: ["orders.#"]
    - queue: other
  limits:
    small: 255
)"}
                            .orders();
  CHECK(orders == Orders{7,
                         "5",
                         false,
                         0.07,
                         2min,
                         Mode::verify,
                         "two words",
                         {"#!@"},
                         {"x", "y z", "3"},
                         {{"first", Mode::create}, {"second", Mode::verify}},
                         {{"shop", {"orders.#"}}, {"other", {}}},
                         {10, 255}});
}

TEST_CASE("null makes an optional empty; what is written replaces a default list or map") {
  CHECK(Sources{orders_yaml("  note: null\n")}.orders().note == std::nullopt);
  CHECK(Sources{orders_yaml("  note: 'null'\n")}.orders().note == "null");
  CHECK(Sources{orders_yaml("  tags: []\n")}.orders().tags.empty());
}

TEST_CASE("D1: all errors come at once, each with file, line and column, in the order of the file") {
  const std::string error = Sources{R"(ordres:
  max_lines: 1
orders:
  max_lines: "many"
  strict: yes
  mode: creat
  limits:
    small: 256
    per_dai: 3
  timeout: 5
  tags: one
  bindings:
    - queue: [a]
    - evnts: []
  max_linse: 3
  tax: .inf
  currency: {a: 1}
zzz: 1
)"}
                                .error();
  CHECK(error == R"(shop.yaml:1:1: ordres: unknown section; did you mean orders?
shop.yaml:4:14: orders.max_lines: expected an integer, got "many"
shop.yaml:5:11: orders.strict: expected true or false, got "yes"
shop.yaml:6:9: orders.mode: expected one of create, verify, got "creat"; did you mean create?
shop.yaml:8:12: orders.limits.small: expected an integer from 0 to 255, got "256"
shop.yaml:9:5: orders.limits.per_dai: unknown key; did you mean per_day?
shop.yaml:10:12: orders.timeout: expected a duration like 250ms, 5s, 2min, 1h or 1d, got "5"
shop.yaml:11:9: orders.tags: expected a list like [a, b], got a single value
shop.yaml:13:14: orders.bindings[0].queue: expected a string, got a list
shop.yaml:14:7: orders.bindings[1].evnts: unknown key; did you mean events?
shop.yaml:15:3: orders.max_linse: unknown key; did you mean max_lines?
shop.yaml:16:8: orders.tax: expected a number, got ".inf"
shop.yaml:17:13: orders.currency: expected a string, got keys with values
shop.yaml:18:1: zzz: unknown section; known: orders)");
}

TEST_CASE("the problems of a configuration error can be had one by one") {
  try {
    Sources{"a: 1\nb: 2\n"}.orders();
    FAIL("unknown sections were accepted");
  } catch (const ashlar::ConfigurationError& error) {
    CHECK(error.problems().size() == 2);
  }
}

TEST_CASE("whole numbers are read exactly and strictly") {
  for (const std::string text :
       {"1.5", "1.0", "1e3", "0x10", "1_000", "--5", "+5", "5 apples", "''", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(Sources{orders_yaml("  max_lines: " + text)}.error().starts_with(
        "shop.yaml:2:14: orders.max_lines: expected an integer"));
  }
  CHECK(Sources{orders_yaml("  max_lines: -2147483648")}.orders().max_lines == -2147483648);
  CHECK(Sources{orders_yaml("  limits: {small: -0}")}.orders().limits.small == 0);
}

TEST_CASE("a syntax error names its place and what stands twice is an error") {
  CHECK(Sources{"orders:\n  max_lines: [1\n"}.error().starts_with("shop.yaml:3:1: no valid YAML: "));
  CHECK(Sources{"orders:\n  max_lines: 1\n  max_lines: 2\n"}.error() ==
        "shop.yaml:3:3: orders.max_lines: stands twice");
  CHECK(Sources{"orders: {}\norders: {}\n"}.error() == "shop.yaml:2:1: orders: stands twice");
  CHECK(Sources{"orders: {}\n---\norders: {}\n"}.error() == "shop.yaml:3:1: a second YAML document; there may be one");
  CHECK(Sources{"- orders\n"}.error().starts_with("shop.yaml:1:1: expected sections"));
  CHECK(Sources{"orders: 5\n"}.error() == "shop.yaml:1:9: orders: expected keys with values, got a single value");
  CHECK(Sources{orders_yaml("  ? [a]\n  : 1\n")}.error() == "shop.yaml:2:5: orders: a key that is no plain text");
}

TEST_CASE("${NAME} is replaced anywhere in a scalar, ${NAME:-default} has a default, $${ is ${") {
  const auto currency = [](const std::string& value, Variables variables) {
    return Sources{orders_yaml("  currency: " + value + "\n"), std::move(variables)}.orders().currency;
  };
  CHECK(currency("${A}", {{"A", "x"}}) == "x");
  CHECK(currency("'pre ${A} mid ${B} post'", {{"A", "1"}, {"B", "2"}}) == "pre 1 mid 2 post");
  CHECK(currency("${A:-fall back}", {}) == "fall back");
  CHECK(currency("${A:-fall back}", {{"A", ""}}) == "fall back");
  CHECK(currency("${A:-fall back}", {{"A", "x"}}) == "x");
  CHECK(currency("${A:-}", {}) == "");
  CHECK(currency("${A}", {{"A", ""}}) == "");
  CHECK(currency("$${A}", {{"A", "x"}}) == "${A}");
  CHECK(currency("$A $$ $ {A}", {{"A", "x"}}) == "$A $$ $ {A}");
  CHECK(currency("${A}", {{"A", "${B}"}, {"B", "x"}}) == "${B}");
}

TEST_CASE("a name that is not set and has no default leaves the value absent") {
  CHECK(Sources{orders_yaml("  currency: ${A}\n  max_lines: ${B}\n  tags: [x, '${C}']\n")}.orders() ==
        Orders{.tags = {"x"}});
  CHECK(Sources{orders_yaml("  currency: amqp://${HOST}:${PORT:-5672}\n")}.orders().currency == "EUR");
}

TEST_CASE("a value of which only a part is set is an error, not silently absent") {
  CHECK(Sources{orders_yaml("  currency: ${USER}:${PASS}@host\n"), {{"USER", "me"}}}.error() ==
        "shop.yaml:2:13: orders.currency: the environment variable PASS is not set; set it, or write ${PASS:-}");
}

TEST_CASE("a malformed ${ is an error that says how to write the characters themselves") {
  CHECK(Sources{orders_yaml("  currency: a${B\n")}.error() ==
        "shop.yaml:2:13: orders.currency: a ${ without its }; write $${ for the characters ${");
  CHECK(Sources{orders_yaml("  currency: ${a-b}\n")}.error() ==
        "shop.yaml:2:13: orders.currency: ${a-b} names no environment variable; write $${ for the characters ${");
}

TEST_CASE("what comes from the environment never becomes YAML by itself, and may be a list where one is expected") {
  const Variables variables{{"A", "null"}, {"B", "[x, y]"}, {"C", "{a: 1}\nother: 2"}};
  CHECK(Sources{orders_yaml("  currency: ${A}\n"), variables}.orders().currency == "null");
  CHECK(Sources{orders_yaml("  currency: ${C}\n"), variables}.orders().currency == "{a: 1}\nother: 2");
  CHECK(Sources{orders_yaml("  tags: ${B}\n"), variables}.orders().tags == std::vector<std::string>{"x", "y"});
}

TEST_CASE("the environment overrides the file, and the command line overrides both") {
  const std::string yaml = orders_yaml("  max_lines: 1\n  currency: file\n  limits: {per_day: 1}\n");
  const Variables variables{{"SHOP_ORDERS_MAX_LINES", "2"},      {"SHOP_ORDERS_CURRENCY", "environment"},
                            {"SHOP_ORDERS_LIMITS_PER_DAY", "2"}, {"SHOP_ORDERS_NOTE", ""},
                            {"SHOP_ORDERS_TAGS", "[e, f]"},      {"SHOP_ORDERS_MODES", "{m: verify}"}};
  CHECK(Sources{yaml, variables}.orders() == Orders{.max_lines = 2,
                                                    .currency = "environment",
                                                    .note = "",
                                                    .tags = {"e", "f"},
                                                    .modes = {{"m", Mode::verify}},
                                                    .limits = {.per_day = 2}});
  const Orders orders = Sources{yaml,
                                variables,
                                {{"orders.max_lines", "3"},
                                 {"orders.limits.per_day", "3"},
                                 {"orders.max_lines", "4"},
                                 {"orders.modes.n", "create"},
                                 {"orders.bindings", "[{queue: q, events: [a]}]"}}}
                            .orders();
  CHECK(orders.max_lines == 4);
  CHECK(orders.limits.per_day == 3);
  CHECK(orders.currency == "environment");
  CHECK(orders.modes == std::map<std::string, Mode>{{"m", Mode::verify}, {"n", Mode::create}});
  CHECK(orders.bindings == std::vector<Binding>{{"q", {"a"}}});
}

TEST_CASE("overriding works without a file, and an entry of a map can be overridden from the environment") {
  CHECK(Sources{"", {{"SHOP_ORDERS_LIMITS_SMALL", "9"}}}.orders().limits.small == 9);
  CHECK(Sources{"", {}, {{"orders", "{max_lines: 5}"}, {"orders.currency", "x"}}}.orders() ==
        Orders{.max_lines = 5, .currency = "x"});
  CHECK(
      Sources{orders_yaml("  modes: {one-two: create}\n"), {{"SHOP_ORDERS_MODES_ONE_TWO", "verify"}}}.orders().modes ==
      std::map<std::string, Mode>{{"one-two", Mode::verify}});
}

TEST_CASE("an entry of a map that the environment gives whole can be overridden by a variable of its own") {
  CHECK(Sources{"", {{"SHOP_ORDERS_MODES", "{m: verify, n: verify}"}, {"SHOP_ORDERS_MODES_M", "create"}}}
            .orders()
            .modes == std::map<std::string, Mode>{{"m", Mode::create}, {"n", Mode::verify}});
}

TEST_CASE("an override does not hide that the file has something else in its place") {
  CHECK(Sources{"orders: 5\n", {{"SHOP_ORDERS_MAX_LINES", "1"}}}.error() ==
        "shop.yaml:1:9: orders: expected keys with values, got a single value");
}

TEST_CASE("a wrong override names its origin") {
  CHECK(Sources{"", {{"SHOP_ORDERS_MAX_LINES", "many"}}}.error() ==
        R"(SHOP_ORDERS_MAX_LINES (environment): orders.max_lines: expected an integer, got "many")");
  CHECK(Sources{"", {}, {{"orders.max_lines", "many"}}}.error() ==
        R"(--set: orders.max_lines: expected an integer, got "many")");
  CHECK(Sources{"", {}, {{"orders.max_linse", "1"}}}.error() ==
        "--set: orders.max_linse: unknown key; did you mean max_lines?");
  CHECK(Sources{"", {}, {{"ordres.max_lines", "1"}}}.error() == "--set: ordres: unknown section; did you mean orders?");
  CHECK(Sources{"", {}, {{"orders.limits.x.y", "1"}}}.error() ==
        "--set: orders.limits.x: unknown key; known: per_day, small");
  CHECK(Sources{"", {}, {{"orders.tags", "[a"}}}.error().starts_with("--set: orders.tags: no valid YAML: "));
  CHECK(Sources{orders_yaml("  tags: [a]\n"), {}, {{"orders.tags.0", "b"}}}.error() ==
        "--set: orders.tags.0: orders.tags is no map, so nothing inside it can be set");
  for (const char* path : {"", ".", "orders.", "orders..max_lines", ".orders"}) {
    CHECK(Sources{"", {}, {{path, "1"}}}.error().ends_with("no path; write section.key=value"));
  }
}

TEST_CASE("an environment variable that means two values is an error") {
  Limits limits;
  Configuration configuration;
  configuration.override_from("shop", environment({{"SHOP_A_B_PER_DAY", "1"}}));
  configuration.claim("a_b", limits);
  configuration.claim("a.b", limits);
  CHECK(error_of([&] { configuration.check(); }).find("means both a_b.per_day and a.b.per_day") != std::string::npos);
}

TEST_CASE("the value of a secret is in no error and in no print") {
  const std::string secret = "hunter2";
  const Sources sources{
      orders_yaml("  password: {x: hunter2}\n  limits: ${PASSWORD}\n  tags: hunter2\n  max_lines: a\n"),
      {{"PASSWORD", secret}, {"SHOP_ORDERS_MODES", "{a: [hunter2"}}};
  const std::string error = sources.error();
  CHECK(error.find("orders.password: expected a string, got keys with values") != error.npos);
  CHECK(error.find(secret) == error.npos);

  for (const char* yaml : {"  password: *hunter2\n", "  password: [hunter2\n", "  password: @hunter2\n"}) {
    const std::string syntax_error = Sources{orders_yaml(yaml)}.error();
    CHECK(syntax_error.find("no valid YAML") != syntax_error.npos);
    CHECK(syntax_error.find(secret) == syntax_error.npos);
  }

  Configuration configuration = Sources{orders_yaml("  password: ${PASSWORD}\n"), {{"PASSWORD", secret}}}.read();
  Orders orders;
  configuration.claim("orders", orders);
  configuration.check();
  CHECK(orders.password.value == secret);
  CHECK(configuration.print().find(secret) == std::string::npos);
  CHECK(configuration.print().find(R"(password: "***")") != std::string::npos);
}

TEST_CASE("what is printed holds every claimed value with its defaults, and reads as the same values") {
  Orders orders{
      .max_lines = 3,
      .currency = "null",
      .tax = 1e300,
      .timeout = 1500ms,
      .note = std::nullopt,
      .password = {"***"},
      .tags = {"", "~", "true", "5", " x ", "a: b", "${NAME}", "$${", "line\nbreak", "- y", "#", "ä", "'\"\\"},
      .modes = {{"a.b", Mode::verify}, {"true", Mode::create}},
      .bindings = {{"q", {}}, {"r", {"x"}}}};
  Configuration printed;
  Limits limits;
  printed.claim("orders", orders);
  printed.claim("limits", limits);
  const std::string yaml = printed.print();
  CAPTURE(yaml);
  CHECK(yaml.find("orders:\n  max_lines: 3\n") == 0);
  CHECK(yaml.find("timeout: 1500ms\n  mode: create\n") != yaml.npos);
  CHECK(yaml.ends_with("limits:\n  per_day: 10\n  small: 1\n"));

  Configuration again;
  again.read_yaml(yaml, "printed.yaml", environment({{"NAME", "wrong"}}));
  Orders read;
  again.claim("orders", read);
  again.claim("limits", limits);
  CHECK_NOTHROW(again.check());
  CHECK(read == orders);
}

TEST_CASE("printed before anything is claimed, a configuration is empty") { CHECK(Configuration().print() == ""); }

TEST_CASE("a later file is laid over an earlier one, key by key") {
  Configuration configuration;
  configuration.read_yaml(orders_yaml("  max_lines: 1\n  currency: one\n  strict: nope\n"), "base.yaml", {});
  configuration.read_yaml(orders_yaml("  currency: two\n  max_linse: 2\n"), "site.yaml", {});
  Orders orders;
  configuration.claim("orders", orders);
  CHECK(error_of([&] { configuration.check(); }) ==
        "base.yaml:4:11: orders.strict: expected true or false, got \"nope\"\n"
        "site.yaml:3:3: orders.max_linse: unknown key; did you mean max_lines?");
  CHECK(orders.max_lines == 1);
  CHECK(orders.currency == "two");
}

TEST_CASE("a section is claimed once") {
  Configuration configuration;
  Orders orders;
  configuration.claim("orders", orders);
  configuration.claim("orders", orders);
  CHECK(error_of([&] { configuration.check(); }).starts_with("orders: two modules claim this section"));
}

TEST_CASE("a document past the limits is refused quickly: depth, aliases that multiply or hold themselves, size") {
  std::string deep = "orders: ";
  for (int i = 0; i < 70; ++i) deep += "{a: ";
  CHECK(Sources{deep + "1" + std::string(70, '}')}.error().find("deeper than 64 levels") != std::string::npos);
  CHECK(Sources{std::string(200'000, '[')}.error() ==
        "shop.yaml:1:1: deeper than 64 levels, more than a configuration may have");
  CHECK(Sources{"orders: &a [*a]\n"}.error().find("deeper than 64 levels") != std::string::npos);

  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k == 0 ? "" : ", ") + last;
    bomb += "]\n";
  }
  CHECK(Sources{bomb}.error().find("more than 100000 values") != std::string::npos);
  CHECK(Sources{"# " + std::string(1024 * 1024, 'x')}.error().find("more than a configuration may have") !=
        std::string::npos);
}

TEST_CASE("the environment of the process can be read") {
  CHECK(ashlar::process_environment("PATH"));
  CHECK_FALSE(ashlar::process_environment("ASHLAR_A_NAME_THAT_NOBODY_SETS"));
}

TEST_CASE("text that aliases or variables multiply is counted, and refused past the limit") {
  const std::string large(100'000, 'x');
  std::string aliases = orders_yaml("  currency: &a " + large + "\n  tags: [");
  for (int i = 0; i < 11; ++i) aliases += i == 0 ? "*a" : ", *a";
  CHECK(Sources{aliases + "]\n"}.error() ==
        "shop.yaml:2:13: more than 1048576 bytes of text, more than a configuration may have");
  CHECK(
      Sources{orders_yaml("  tags: [\"${A}\", \"${A}\"]\n"), {{"A", std::string(500'000, 'x')}}}.orders().tags.size() ==
      2);
  CHECK(Sources{orders_yaml("  tags: [\"${A}${A}${A}\"]\n"), {{"A", std::string(500'000, 'x')}}}.error().find(
            "bytes of text") != std::string::npos);

  // Without end, if it were not stopped on the way.
  std::string variables = orders_yaml("  currency: ");
  for (int i = 0; i < 200'000; ++i) variables += "${A}";
  CHECK(Sources{variables + "\n", {{"A", large}}}.error().find("bytes of text") != std::string::npos);
}

TEST_CASE("a key of a configuration has at most 200 bytes") {
  CHECK(Sources{orders_yaml("  modes: {" + std::string(200, 'x') + ": create}\n")}.orders().modes.size() == 1);
  CHECK(Sources{orders_yaml("  modes: {" + std::string(201, 'x') + ": create}\n")}.error() ==
        "shop.yaml:2:11: a key of more than 200 bytes, more than a configuration may have");
}

TEST_CASE("an override past the limits is refused with its origin: depth of the path, size of the value") {
  std::string deep = "orders";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  CHECK(Sources{.settings = {{deep, "1"}}}.error().find("deeper than 64 levels") != std::string::npos);
  const std::string large(1024 * 1024 + 1, 'x');
  CHECK(Sources{.settings = {{"orders.currency", large}}}.error() ==
        "--set: orders.currency: 1048577 bytes, more than a configuration may have");
  CHECK(Sources{.environment_variables = {{"SHOP_ORDERS_CURRENCY", large}}}.error() ==
        "SHOP_ORDERS_CURRENCY (environment): orders.currency: 1048577 bytes, more than a configuration may have");
  CHECK(Sources{.settings = {{"orders.tags", "[" + std::string(300'000, ',') + "]"}}}.error() != "nothing was thrown");
}

TEST_CASE("what is not UTF-8 is refused with its place, in a file as in an override") {
  CHECK(Sources{orders_yaml("  currency: \"Gr\xc3\xbc\xdf\"\n")}.error() == "shop.yaml:2:18: a byte that is not UTF-8");
  CHECK(Sources{.settings = {{"orders.currency", "\xff"}}}.error() ==
        "--set: orders.currency: a byte that is not UTF-8");
  CHECK(Sources{.settings = {{"orders.modes.\xff", "create"}}}.error().find("a byte that is not UTF-8") !=
        std::string::npos);
  CHECK(Sources{.environment_variables = {{"SHOP_ORDERS_TAGS", "[a, \xed\xa0\x80]"}}}.error().find(
            "a byte that is not UTF-8") != std::string::npos);
}

TEST_CASE("a bracket or a comma that belongs to nothing is an error, not a reader that never comes back") {
  for (const char* stray : {", \"b\", 'c']", "]", "}", ",", "orders: {}\n]", "[a]]", "--- ]\n"}) {
    CAPTURE(stray);
    CHECK(Sources{stray}.error() != "nothing was thrown");
    CHECK(Sources{.settings = {{"orders.tags", stray}}}.error() != "nothing was thrown");
  }
  CHECK(Sources{", a"}.error() == "shop.yaml:1:1: no valid YAML: nothing was opened that ',' could belong to");
}
