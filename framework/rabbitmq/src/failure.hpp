#pragma once

#include <stdexcept>
#include <string>

namespace ashlar::rabbitmq {

// Why a connection did not come up, or is gone; for people, without credentials.
class Failure : public std::runtime_error {
 public:
  // line: trying again helps. settings: somebody has to change something, here or at the broker, so it is tried seldom.
  enum class Kind { line, settings };

  Failure(Kind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

inline Failure line_failure(const std::string& text) { return {Failure::Kind::line, text}; }
inline Failure settings_failure(const std::string& text) { return {Failure::Kind::settings, text}; }

// Thrown where something waits for the broker, and the link is to end.
struct Stopped {};

}  // namespace ashlar::rabbitmq
