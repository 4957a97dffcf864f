#pragma once

#include <ashlar/log.hpp>
#include <ashlar/testing/expectation.hpp>
#include <iosfwd>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::testing {

struct LogLine {
  std::string module;
  LogLevel level = LogLevel::info;
  std::string text;
  std::map<std::string, std::string> fields;  // numbers and bools as text

  // The field's value, or nothing's text.
  std::string field(const std::string& name) const;

  // `warning orders: slow handler handler=index took_ms=1200`
  std::string to_string() const;
  friend std::ostream& operator<<(std::ostream& out, const LogLine& line);
};

// A log that keeps its lines, of every level, for a test to look at. Any thread.
class RecordedLog final : public LogSink {
 public:
  bool writes(std::string_view module, LogLevel level) const override;
  void write(std::string_view module, LogLevel level, std::string_view text, std::span<const LogField> fields) override;

  std::vector<LogLine> lines() const;

  // Some line holds `part` in its text or fields; a failed one prints every line.
  Expectation contains(std::string_view part) const;

 private:
  mutable std::mutex mutex_;
  std::vector<LogLine> lines_;
};

}  // namespace ashlar::testing
