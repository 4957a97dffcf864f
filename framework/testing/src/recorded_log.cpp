#include <ashlar/testing/recorded_log.hpp>
#include <ostream>
#include <utility>
#include <variant>

namespace ashlar::testing {
namespace {

const char* level_text(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return "trace";
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
    case LogLevel::off: break;
  }
  return "off";
}

std::string value_text(const LogField::Value& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          return std::string(held);
        } else if constexpr (std::is_same_v<T, bool>) {
          return held ? "true" : "false";
        } else {
          return std::to_string(held);
        }
      },
      value);
}

}  // namespace

std::string LogLine::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::string LogLine::to_string() const {
  std::string line = std::string(level_text(level)) + " " + module + ": " + text;
  for (const auto& [name, value] : fields) line += " " + name + "=" + value;
  return line;
}

std::ostream& operator<<(std::ostream& out, const LogLine& line) { return out << line.to_string(); }

bool RecordedLog::writes(std::string_view, LogLevel) const { return true; }

void RecordedLog::write(std::string_view module, LogLevel level, std::string_view text,
                        std::span<const LogField> fields) {
  LogLine line{.module = std::string(module), .level = level, .text = std::string(text), .fields = {}};
  for (const LogField& field : fields) line.fields.emplace(field.key, value_text(field.value));
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

std::vector<LogLine> RecordedLog::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

Expectation RecordedLog::contains(std::string_view part) const {
  std::string all;
  for (const LogLine& line : lines()) {
    const std::string text = line.to_string();
    if (text.find(part) != std::string::npos) return Expectation::met(text);
    all += "\n  " + text;
  }
  return Expectation::failed("no line of the log holds \"" + std::string(part) + "\"; " +
                             (all.empty() ? "the log is empty" : "it says:" + all));
}

}  // namespace ashlar::testing
