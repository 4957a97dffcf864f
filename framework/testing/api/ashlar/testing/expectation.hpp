#pragma once

#include <iosfwd>
#include <string>
#include <utility>

namespace ashlar::testing {

// The answer to "was it so?", made for CHECK(): true or false, and printed as what there was instead.
class [[nodiscard]] Expectation {
 public:
  static Expectation met(std::string text) { return {true, std::move(text)}; }
  static Expectation failed(std::string text) { return {false, std::move(text)}; }

  explicit operator bool() const noexcept { return met_; }

  // What was expected and what there was.
  const std::string& text() const noexcept { return text_; }

  friend std::ostream& operator<<(std::ostream& out, const Expectation& expectation);

 private:
  Expectation(bool met, std::string text) : met_(met), text_(std::move(text)) {}

  bool met_;
  std::string text_;
};

}  // namespace ashlar::testing
