#pragma once

#include <ashlar/routes.hpp>
#include <ashlar/testing/expectation.hpp>
#include <ashlar/testing/printing.hpp>
#include <iosfwd>
#include <string>
#include <utility>

namespace ashlar::testing {

// What a route answered.
struct Reply : Response {
  explicit Reply(Response response) : Response(std::move(response)) {}

  // The body read into a described struct. Throws JsonError.
  template <class T>
  T as() const {
    return from_json<T>(body);
  }

  // A failed one prints the body.
  Expectation has_status(int expected) const;

  friend std::ostream& operator<<(std::ostream& out, const Reply& reply);
};

// What a command did.
struct CommandResult {
  int exit_code = 0;
  std::string out;
  std::string err;

  // It returned 0; a failed one prints what it wrote.
  Expectation succeeded() const;

  friend std::ostream& operator<<(std::ostream& out, const CommandResult& result);
};

}  // namespace ashlar::testing
