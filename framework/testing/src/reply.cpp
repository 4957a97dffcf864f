#include <ashlar/testing/reply.hpp>
#include <ostream>

namespace ashlar::testing {
namespace {

std::string printed(const Reply& value) {
  std::string text = std::to_string(value.status) + " " + value.content_type;
  for (const auto& [name, header] : value.headers) text += "\n  " + name + ": " + header;
  return text + "\n  " + value.body;
}

}  // namespace

Expectation Reply::has_status(int expected) const {
  if (status == expected) return Expectation::met(printed(*this));
  return Expectation::failed("expected status " + std::to_string(expected) + ", got " + printed(*this));
}

std::ostream& operator<<(std::ostream& out, const Reply& reply) { return out << printed(reply); }

Expectation CommandResult::succeeded() const {
  if (exit_code == 0) return Expectation::met("exit code 0");
  return Expectation::failed("exit code " + std::to_string(exit_code) + "\nerr: " + err + "\nout: " + out);
}

std::ostream& operator<<(std::ostream& out, const CommandResult& result) {
  return out << "exit code " << result.exit_code << "\nout: " << result.out << "\nerr: " << result.err;
}

}  // namespace ashlar::testing
