#include <ashlar/errors.hpp>

#include <doctest/doctest.h>

namespace {

template <class Throw>
std::string message_of(Throw&& action) {
  try {
    action();
  } catch (...) {
    return ashlar::current_exception_message();
  }
  return {};
}

namespace local {
struct Odd {};
}  // namespace local

}  // namespace

TEST_CASE("the message of a failure holds its nested causes, outermost first") {
  const std::string message = message_of([] {
    try {
      try {
        throw std::runtime_error("no such file");
      } catch (...) {
        std::throw_with_nested(ashlar::Error("cannot open the store"));
      }
    } catch (...) {
      std::throw_with_nested(ashlar::StartError("module 'orders' did not start"));
    }
  });
  CHECK(message == "module 'orders' did not start: cannot open the store: no such file");
}

TEST_CASE("what is no std::exception is named by its type, nested or not") {
  CHECK(message_of([] { throw 7; }) == "unknown exception of type int");
  CHECK(message_of([] { throw "text"; }) == "unknown exception of type char const*");
  CHECK(message_of([] { throw local::Odd{}; }).ends_with("::local::Odd"));
  CHECK(message_of([] {
          try {
            throw 7;
          } catch (...) {
            std::throw_with_nested(ashlar::Error("outer"));
          }
        }) == "outer: unknown exception of type int");
}

TEST_CASE("the message of an exception outside its catch block is the same") {
  CHECK(ashlar::full_message(std::runtime_error("plain")) == "plain");
}

TEST_CASE("a JSON error starts with its place, one of the whole document with its problem") {
  CHECK(std::string(ashlar::JsonError("/a/0", "expected x").what()) == "/a/0: expected x");
  CHECK(ashlar::JsonError("/a/0", "expected x").pointer() == "/a/0");
  CHECK(std::string(ashlar::JsonError("", "expected x").what()) == "expected x");
}

TEST_CASE("a configuration error says every problem, one a line") {
  const ashlar::ConfigurationError error({"one", "two"});
  CHECK(std::string(error.what()) == "one\ntwo");
  CHECK(error.problems() == std::vector<std::string>{"one", "two"});
}
