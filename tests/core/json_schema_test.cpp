#include <ashlar/json.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>

#include "sample_types.hpp"

extern char** environ;

using Json = nlohmann::json;

namespace {

// Asks Python's jsonschema, another's implementation of draft-07, with its checks of formats.
// Input: [[schema, [document, ...]], ...]; output: for each document "" or why it is not valid.
constexpr const char* validator = R"(
import json, re, sys, uuid, datetime
import jsonschema
formats = jsonschema.FormatChecker(formats=())
def is_uuid(text):
    return not isinstance(text, str) or str(uuid.UUID(text)) == text.lower()
def is_time(text):
    return not isinstance(text, str) or bool(datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ'))
formats.checks('uuid', raises=ValueError)(is_uuid)
formats.checks('date-time', raises=ValueError)(is_time)
answers = []
for schema, documents in json.load(sys.stdin):
    assert schema['$schema'] == 'http://json-schema.org/draft-07/schema#'
    jsonschema.Draft7Validator.check_schema(schema)
    draft7 = jsonschema.Draft7Validator(schema, format_checker=formats)
    for document in documents:
        answers.append('; '.join(error.message for error in draft7.iter_errors(document)))
json.dump(answers, sys.stdout)
)";

std::string run_python(const char* program, const std::string& input) {
  std::array<int, 2> to_child{};
  std::array<int, 2> from_child{};
  REQUIRE(pipe2(to_child.data(), O_CLOEXEC) == 0);
  REQUIRE(pipe2(from_child.data(), O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  std::string python = "/usr/bin/python3";
  std::string option = "-c";
  std::string text = program;
  std::array<char*, 4> arguments{python.data(), option.data(), text.data(), nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, python.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(to_child[0]);
  close(from_child[1]);
  // Python reads its whole input before it answers, so the one pipe is emptied before the other fills.
  for (std::size_t done = 0; done < input.size();) {
    const ssize_t written = write(to_child[1], input.data() + done, input.size() - done);
    REQUIRE(written > 0);
    done += static_cast<std::size_t>(written);
  }
  close(to_child[1]);
  std::string output;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = read(from_child[0], buffer.data(), buffer.size())) > 0;) {
    output.append(buffer.data(), static_cast<std::size_t>(n));
  }
  close(from_child[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE_MESSAGE(status == 0, "python3 with the package jsonschema (Debian: python3-jsonschema) is needed");
  return output;
}

// Collects pairs of schema and document, and asks about all of them in one process.
class Validator {
 public:
  template <class T>
  void schema_of() {
    questions_.push_back({Json::parse(ashlar::json_schema<T>()), Json::array()});
  }
  void ask(const std::string& document) { questions_.back()[1].push_back(Json::parse(document)); }
  std::deque<std::string> answers() { return Json::parse(run_python(validator, Json(questions_).dump())); }

 private:
  std::vector<Json> questions_;
};

}  // namespace

TEST_CASE("A6: what we write validates against its JSON Schema in a real validator") {
  Validator validator_process;
  validator_process.schema_of<sample::Everything>();
  validator_process.ask(ashlar::to_json(sample::full()));
  validator_process.ask(ashlar::to_json(sample::Everything{}));
  validator_process.schema_of<sample::OrderPlaced>();
  validator_process.ask(ashlar::to_json(sample::OrderPlaced{"1", {{"a", 1}}, "note"}));
  validator_process.ask(ashlar::to_json(sample::OrderPlaced{"1", {}, {}}));
  validator_process.schema_of<sample::Tree>();
  validator_process.ask(ashlar::to_json(sample::Tree{"root", {{"leaf", {}, {}}}, {{"x", {}}}}));
  validator_process.schema_of<sample::Empty>();
  validator_process.ask(ashlar::to_json(sample::Empty{}));
  validator_process.schema_of<std::vector<std::optional<sample::Line>>>();
  validator_process.ask(ashlar::to_json(std::vector<std::optional<sample::Line>>{std::nullopt, sample::Line{"a", 1}}));
  const auto answers = validator_process.answers();
  REQUIRE(answers.size() == 7);
  for (const std::string& answer : answers) CHECK(answer == "");
}

TEST_CASE("A6: what we would refuse to read does not validate either") {
  const std::array refused = {R"({"lines":[]})",
                              R"({"order_id":1,"lines":[]})",
                              R"({"order_id":"1","lines":[{"sku":"a"}]})",
                              R"({"order_id":"1","lines":[{"sku":"a","quantity":1.5}]})",
                              R"({"order_id":"1","lines":[{"sku":"a","quantity":2147483648}]})",
                              R"({"order_id":"1","lines":[],"note":7})"};
  Validator validator_process;
  validator_process.schema_of<sample::OrderPlaced>();
  for (const char* document : refused) {
    CHECK_THROWS_AS(ashlar::from_json<sample::OrderPlaced>(document), ashlar::JsonError);
    validator_process.ask(document);
  }
  Json everything = Json::parse(ashlar::to_json(sample::full()));
  validator_process.schema_of<sample::Everything>();
  const std::array<std::pair<const char*, Json>, 8> changes = {{{"u8", 256},
                                                                {"u64", -1},
                                                                {"status", "purple"},
                                                                {"id", "not-a-uuid"},
                                                                {"at", "2026-02-30T00:00:00.000Z"},
                                                                {"wait", "5 apples"},
                                                                {"prices", {{"a", "x"}}},
                                                                {"by_name", {{"a", {{"sku", "a"}}}}}}};
  for (const auto& [member, value] : changes) {
    Json changed = everything;
    changed[member] = value;
    CHECK_THROWS_AS(ashlar::from_json<sample::Everything>(changed.dump()), ashlar::JsonError);
    validator_process.ask(changed.dump());
  }
  const auto answers = validator_process.answers();
  REQUIRE(answers.size() == refused.size() + changes.size());
  for (const std::string& answer : answers) CHECK(answer != "");
}

TEST_CASE("A6: what we accept beyond what we write (1.0, null for an optional, unknown members) validates") {
  const std::array accepted = {R"({"order_id":"1","lines":[{"sku":"a","quantity":1.0}]})",
                               R"({"order_id":"1","lines":[],"note":null})",
                               R"({"order_id":"1","lines":[],"new":[1]})"};
  Validator validator_process;
  validator_process.schema_of<sample::OrderPlaced>();
  for (const char* document : accepted) {
    CHECK_NOTHROW(ashlar::from_json<sample::OrderPlaced>(document));
    validator_process.ask(document);
  }
  for (const std::string& answer : validator_process.answers()) CHECK(answer == "");
}

namespace first {
struct Line {
  int a = 0;
};
ASHLAR_STRUCT(Line, a)
}  // namespace first

namespace second {
struct Line {
  std::string b;
};
ASHLAR_STRUCT(Line, b)
struct Both {
  first::Line one;
  Line two;
  std::vector<first::Line> more;
};
ASHLAR_STRUCT(Both, one, two, more)
}  // namespace second

TEST_CASE("a nested struct stands once under definitions; two of one name are told apart") {
  const Json schema = Json::parse(ashlar::json_schema<second::Both>());
  CHECK(schema["title"] == "second::Both");
  CHECK(schema["definitions"].size() == 2);
  CHECK(schema["properties"]["one"]["$ref"] == "#/definitions/Line");
  CHECK(schema["properties"]["two"]["$ref"] == "#/definitions/Line_2");
  CHECK(schema["properties"]["more"]["items"]["$ref"] == "#/definitions/Line");
  CHECK(schema["definitions"]["Line"]["properties"].contains("a"));
  CHECK(schema["definitions"]["Line_2"]["properties"].contains("b"));
}

TEST_CASE("the schema of a type that holds itself refers to itself") {
  const Json schema = Json::parse(ashlar::json_schema<sample::Tree>());
  CHECK(schema["properties"]["children"]["items"]["$ref"] == "#");
  CHECK_FALSE(schema.contains("definitions"));
  const Json list = Json::parse(ashlar::json_schema<std::vector<sample::Tree>>());
  CHECK(list["items"]["$ref"] == "#/definitions/Tree");
  CHECK(list["definitions"]["Tree"]["properties"]["children"]["items"]["$ref"] == "#/definitions/Tree");
}
