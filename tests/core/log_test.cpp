#include <ashlar/log.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ashlar/host.hpp>
#include <ashlar/module.hpp>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "sample_types.hpp"

using ashlar::Log;
using ashlar::LogField;
using ashlar::LogFormat;
using ashlar::LogLevel;
using ashlar::LogOptions;
using Json = nlohmann::json;

namespace {

// A log whose lines can be read.
class Lines {
 public:
  explicit Lines(const LogOptions& options = {}) : sink_(ashlar::make_log_sink(options, out_)) {}

  Log log(const std::string& module = "orders") const { return {sink_, module}; }
  const std::shared_ptr<ashlar::LogSink>& sink() const { return sink_; }
  std::string text() const { return out_.str(); }

  // The only line, without the time of day before it.
  std::string line() const {
    const std::string text = out_.str();
    REQUIRE(std::count(text.begin(), text.end(), '\n') == 1);
    REQUIRE(text.size() > 14);
    return text.substr(13, text.size() - 14);
  }

  Json json() const {
    const std::string text = out_.str();
    REQUIRE(std::count(text.begin(), text.end(), '\n') == 1);
    return Json::parse(text);
  }

 private:
  std::ostringstream out_;
  std::shared_ptr<ashlar::LogSink> sink_;
};

const LogOptions as_json{.format = LogFormat::json};

std::string shaped(std::string text) {
  for (char& c : text) c = c >= '0' && c <= '9' ? '0' : c;
  return text;
}

}  // namespace

TEST_CASE("a line for people has the time of day, level, module, text and fields") {
  const Lines lines;
  lines.log().info("order placed", {{"order_id", 7}, {"lines", 3}});
  CHECK(shaped(lines.text()).substr(0, 13) == "00:00:00.000 ");
  CHECK(lines.line() == "info  orders  order placed  order_id=7 lines=3");
}

TEST_CASE("a field's value is quoted where it could be taken for something else") {
  const auto field = [](std::string_view value) {
    const Lines lines;
    lines.log().info("x", {{"f", value}});
    return lines.line().substr(std::string_view("info  orders  x  ").size());
  };
  CHECK(field("plain-1/2") == "f=plain-1/2");
  CHECK(field("Grüße") == "f=Grüße");
  CHECK(field("two words") == R"(f="two words")");
  CHECK(field("") == R"(f="")");
  CHECK(field("a=b") == R"(f="a=b")");
  CHECK(field("say \"hi\" \\") == R"(f="say \"hi\" \\")");
}

TEST_CASE("every type of field has its text") {
  const Lines lines;
  lines.log().info("x",
                   {{"yes", true}, {"least", std::numeric_limits<std::int64_t>::min()}, {"part", 0.5}, {"s", "t"}});
  CHECK(lines.line() == "info  orders  x  yes=true least=-9223372036854775808 part=0.5 s=t");
}

TEST_CASE("no text, value, key or module can begin a new line, steer the terminal or break the encoding") {
  const std::string evil = "a\n00:00:00.000 error forged\r\t\x1b[31m\x7f\xff\xc2\x85\xe2\x80\xa8\xe2\x80\xae";
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const Lines lines({.format = format});
    lines.log("orders\nforged").info(evil, {{"field", evil}, {"key\n" + evil, 1}});
    const std::string text = lines.text();
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    for (const char c : {'\r', '\t', '\x1b', '\xff'}) CHECK(text.find(c) == text.npos);
  }
  const Lines lines;
  lines.log().info("x", {{"f", evil}});
  CHECK(lines.line() == R"(info  orders  x  f="a\n00:00:00.000 error forged\r\t\x1b[31m\x7f\xff\x85\u2028\u202e")");
}

TEST_CASE("a line for machines is one JSON object whose fields keep their types") {
  const Lines lines(as_json);
  lines.log().warning("order \"placed\"", {{"order_id", "7"}, {"lines", 3}, {"part", 0.5}, {"paid", false}});
  const Json json = lines.json();
  CHECK(shaped(json["time"]) == "0000-00-00T00:00:00.000Z");
  CHECK(json["level"] == "warning");
  CHECK(json["module"] == "orders");
  CHECK(json["text"] == "order \"placed\"");
  CHECK(json["order_id"] == "7");
  CHECK(json["lines"] == 3);
  CHECK(json["part"] == 0.5);
  CHECK(json["paid"] == false);
  CHECK(json.size() == 8);
}

TEST_CASE("no field takes the place of another in JSON, and no member stands twice") {
  const Lines lines(as_json);
  lines.log().info("x", {{"text", "forged"}, {"a", 1}, {"a", 2}, {"field_a", 3}, {"level", "error"}});
  const Json json = lines.json();
  CHECK(json["text"] == "x");
  CHECK(json["level"] == "info");
  CHECK(json["field_text"] == "forged");
  CHECK(json["field_level"] == "error");
  CHECK(json["a"] == 2);
  CHECK(json["field_a"] == 3);
  CHECK(json["field_field_a"] == 1);
  const std::string text = lines.text();
  CHECK(text.find("\"a\":") == text.rfind("\"a\":"));
}

TEST_CASE("what is no UTF-8 or no JSON number still makes a line") {
  const Lines lines(as_json);
  lines.log().info("a\xff", {{"f", "\xc3"}, {"nan", std::numeric_limits<double>::quiet_NaN()}});
  const Json json = lines.json();
  CHECK(json["text"] == "a\xef\xbf\xbd");
  CHECK(json["nan"] == nullptr);
}

TEST_CASE("levels are per module, and what is below is not written") {
  const Lines lines({.level = LogLevel::warning, .levels = {{"orders", LogLevel::debug}, {"noisy", LogLevel::off}}});
  lines.log("orders").trace("no 1");
  lines.log("orders").debug("yes 1");
  lines.log("other").info("no 2");
  lines.log("other").warning("yes 2");
  lines.log("noisy").error("no 3");
  const std::string text = lines.text();
  CHECK(text.find("yes 1") != text.npos);
  CHECK(text.find("yes 2") != text.npos);
  CHECK(text.find("no ") == text.npos);
  CHECK(lines.log("orders").writes(LogLevel::debug));
  CHECK_FALSE(lines.log("orders").writes(LogLevel::trace));
  CHECK_FALSE(lines.log("orders").writes(LogLevel::off));
  CHECK_FALSE(lines.log("noisy").writes(LogLevel::error));
}

TEST_CASE("each level writes its own name") {
  const Lines lines({.level = LogLevel::trace});
  const Log log = lines.log("m");
  log.trace("x");
  log.debug("x");
  log.info("x");
  log.warning("x");
  log.error("x");
  std::istringstream text(lines.text());
  for (const char* expected : {"trace m  x", "debug m  x", "info  m  x", "warning m  x", "error m  x"}) {
    std::string line;
    REQUIRE(std::getline(text, line));
    CHECK(line.substr(13) == expected);
  }
}

TEST_CASE("a stream that fails, and even one that throws, does not disturb who writes") {
  std::ostringstream out;
  const Log log(ashlar::make_log_sink({}, out), "orders");
  out.setstate(std::ios::badbit);
  CHECK_NOTHROW(log.error("x"));
  out.clear();
  out.exceptions(std::ios::badbit | std::ios::failbit);
  try {
    out.setstate(std::ios::badbit);
  } catch (const std::ios::failure&) {}
  CHECK_NOTHROW(log.error("x"));
}

TEST_CASE("a log without a sink writes nothing") {
  const Log log(nullptr, "orders");
  CHECK_FALSE(log.writes(LogLevel::error));
  CHECK_NOTHROW(log.error("x"));
}

TEST_CASE("lines from several threads stay whole") {
  const Lines lines;
  constexpr int each = 200;
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&lines, i] {
      const Log log = lines.log("m" + std::to_string(i));
      for (int k = 0; k < each; ++k) log.info("a text of some length", {{"k", k}});
    });
  }
  for (auto& writer : writers) writer.join();
  std::istringstream text(lines.text());
  int count = 0;
  for (std::string line; std::getline(text, line); ++count) {
    if (shaped(line).find("00:00:00.000 info  m0  a text of some length  k=0") != 0) FAIL(line);
  }
  CHECK(count == 4 * each);
}

namespace {

struct Stamped {
  int number = 0;
};
ASHLAR_EVENT(Stamped, "desk.letter.stamped", 1, number)

class Desk final : public ashlar::Module {
 public:
  explicit Desk(Log other) : other_(std::move(other)) {}
  std::string_view name() const override { return "desk"; }
  void declare(ashlar::Declaration& d) override { d.emits<Stamped>(); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on(
        [this](const Stamped& stamped) {
          log_->info("own line", {{"number", stamped.number}, {"event_id", "forged"}});
          other_.info("other module's line");
        },
        {.name = "file"});
  }
  void start(ashlar::ModuleContext& context) override {
    log_ = &context.log();
    context.bus().publish(Stamped{7}, {.correlation_id = "order-7"});
    log_->info("after");
  }

 private:
  const Log* log_ = nullptr;
  Log other_;
};

}  // namespace

TEST_CASE("a line written inside a handler says which event and handler it belongs to") {
  const Lines lines({.format = LogFormat::json});
  ashlar::ModuleHost host({.log = lines.sink()});
  host.add(std::make_unique<Desk>(lines.log("library")));
  host.start();
  host.stop();

  Json own, other, after;
  std::istringstream text(lines.text());
  for (std::string line; std::getline(text, line);) {
    const Json json = Json::parse(line);
    if (json["text"] == "own line") own = json;
    if (json["text"] == "other module's line") other = json;
    if (json["text"] == "after") after = json;
  }
  REQUIRE(own.is_object());
  CHECK(own["module"] == "desk");
  CHECK(own["number"] == 7);
  CHECK(own["event"] == "desk.letter.stamped");
  CHECK(ashlar::Uuid::parse(own["event_id"].get<std::string>()));
  CHECK(own["field_event_id"] == "forged");
  CHECK(own["correlation_id"] == "order-7");
  CHECK(own["handler"] == "file");
  CHECK_FALSE(own.contains("handler_module"));

  REQUIRE(other.is_object());
  CHECK(other["module"] == "library");
  CHECK(other["handler_module"] == "desk");
  CHECK(other["event_id"] == own["event_id"]);

  REQUIRE(after.is_object());
  CHECK_FALSE(after.contains("event_id"));
}

namespace {

// Standard error leads to a terminal of its own while this lives.
class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), before_(dup(STDERR_FILENO)) {
    REQUIRE(master_ >= 0);
    REQUIRE(grantpt(master_) == 0);
    REQUIRE(unlockpt(master_) == 0);
    std::array<char, 64> name{};
    REQUIRE(ptsname_r(master_, name.data(), name.size()) == 0);
    const int terminal = open(name.data(), O_RDWR | O_NOCTTY);
    REQUIRE(terminal >= 0);
    REQUIRE(dup2(terminal, STDERR_FILENO) == STDERR_FILENO);
    close(terminal);
  }
  ~Terminal() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::string read_line() const {
    std::string line;
    for (char c = 0; c != '\n' && read(master_, &c, 1) == 1;) line += c;
    return line;
  }

 private:
  int master_;
  int before_;
};

std::string line_on_a_terminal(std::ostream& out, const LogOptions& options) {
  setenv("TERM", "xterm", 1);
  const Terminal terminal;
  ashlar::make_log_sink(options, out)->write("orders", LogLevel::error, "x", {});
  std::cerr << "end\n" << std::flush;
  return terminal.read_line();
}

}  // namespace

TEST_CASE("colour is for people before a terminal: not for JSON, not for another stream, not where it is not wanted") {
  unsetenv("NO_COLOR");
  const std::string coloured = line_on_a_terminal(std::cerr, {});
  CHECK(coloured.find("\x1b[") != coloured.npos);
  CHECK(coloured.find("orders  x") != coloured.npos);
  const std::string json = line_on_a_terminal(std::cerr, as_json);
  CHECK(json.find("\"text\":\"x\"") != json.npos);
  CHECK(json.find('\x1b') == json.npos);

  std::ostringstream other;
  CHECK(line_on_a_terminal(other, {}) == "end\r\n");
  CHECK(other.str().find('\x1b') == std::string::npos);

  setenv("NO_COLOR", "1", 1);
  const std::string plain = line_on_a_terminal(std::cerr, {});
  CHECK(plain.find("error orders  x") != plain.npos);
  CHECK(plain.find('\x1b') == plain.npos);
  unsetenv("NO_COLOR");
}
