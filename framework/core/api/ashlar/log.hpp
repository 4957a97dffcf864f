#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace ashlar {

enum class LogLevel { trace, debug, info, warning, error, off };

enum class LogFormat { text, json };

// One `key=value` of a log line.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  constexpr LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  constexpr LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  constexpr LogField(std::string_view k, bool v) : key(k), value(v) {}
  constexpr LogField(std::string_view k, std::integral auto v) : key(k), value(static_cast<std::int64_t>(v)) {}
  constexpr LogField(std::string_view k, double v) : key(k), value(v) {}

  std::string_view key;
  Value value;
};

// What is written: the `log:` section of the configuration.
struct LogOptions {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  std::map<std::string, LogLevel> levels{};  // by module name: overrides `level`
};

// Where lines go. One per host; any thread.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual bool writes(std::string_view module, LogLevel level) const = 0;

  // `fields` ends with what every line inside a handler carries: event_id, event, correlation_id, handler, and
  // handler_module where that is not `module`.
  // Never throws; a line that cannot be written is dropped.
  virtual void write(std::string_view module, LogLevel level, std::string_view text,
                     std::span<const LogField> fields) = 0;
};

// Lines to `out`: text for people (coloured when `out` is the terminal's stderr and NO_COLOR is not set), or one JSON
// object a line for machines, where a field whose key is taken becomes `field_<key>`. Whatever a value holds, it stays on
// its line. `out` outlives the sink.
std::unique_ptr<LogSink> make_log_sink(const LogOptions& options, std::ostream& out);

// What a module writes its log with; a small value that may be copied. Its host outlives it. Texts are constant and
// details go into fields, so that lines can be counted and searched: log.info("order placed", {{"order_id", id}}).
class Log {
 public:
  Log(std::shared_ptr<LogSink> sink, std::string module);

  void trace(std::string_view text, std::initializer_list<LogField> fields = {}) const;
  void debug(std::string_view text, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view text, std::initializer_list<LogField> fields = {}) const;
  void warning(std::string_view text, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view text, std::initializer_list<LogField> fields = {}) const;

  bool writes(LogLevel level) const;

 private:
  void write(LogLevel level, std::string_view text, std::initializer_list<LogField> fields) const;

  std::shared_ptr<LogSink> sink_;
  std::string module_;
};

}  // namespace ashlar
