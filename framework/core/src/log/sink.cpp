#include <ashlar/log.hpp>

#include <spdlog/details/log_msg.h>
#include <spdlog/details/os.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <unistd.h>

#include <ashlar/clock.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <utility>

#include "log/lines.hpp"
#include "text/printable.hpp"

namespace ashlar {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return spdlog::level::trace;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: break;
  }
  return spdlog::level::off;
}

bool takes_colour(const std::ostream& out) {
  const char* no_color = std::getenv("NO_COLOR");
  return &out == &std::cerr && isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
         spdlog::details::os::is_color_terminal();
}

spdlog::sink_ptr sink_to(std::ostream& out, LogFormat format) {
  if (format == LogFormat::text && takes_colour(out)) {
    return std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(spdlog::color_mode::always);
  }
  constexpr bool flush_each_line = true;
  return std::make_shared<spdlog::sinks::ostream_sink_mt>(out, flush_each_line);
}

class SpdlogSink final : public LogSink {
 public:
  SpdlogSink(const LogOptions& options, std::ostream& out)
      : level_(options.level),
        levels_(options.levels.begin(), options.levels.end()),
        format_(options.format),
        sink_(sink_to(out, options.format)) {
    sink_->set_pattern(format_ == LogFormat::text ? "%H:%M:%S.%e %^%-5l%$ %n  %v" : "%v");
  }

  bool writes(std::string_view module, LogLevel level) const override {
    return level != LogLevel::off && level >= least_for(module);
  }

  void write(std::string_view module, LogLevel level, std::string_view text,
             std::span<const LogField> fields) override {
    if (!writes(module, level)) return;
    try {
      if (format_ == LogFormat::json) {
        log(module, level, detail::json_line(system_clock().now(), module, level, text, fields));
      } else {
        log(detail::printable(module), level, detail::text_line(text, fields));
      }
    } catch (...) {
      // A line that cannot be written is dropped.
    }
  }

 private:
  LogLevel least_for(std::string_view module) const {
    if (levels_.empty()) return level_;
    const auto own = levels_.find(module);
    return own == levels_.end() ? level_ : own->second;
  }

  void log(std::string_view module, LogLevel level, const std::string& line) {
    sink_->log(spdlog::details::log_msg({module.data(), module.size()}, spdlog_level(level), line));
  }

  LogLevel level_;
  std::map<std::string, LogLevel, std::less<>> levels_;
  LogFormat format_;
  spdlog::sink_ptr sink_;
};

}  // namespace

std::unique_ptr<LogSink> make_log_sink(const LogOptions& options, std::ostream& out) {
  return std::make_unique<SpdlogSink>(options, out);
}

}  // namespace ashlar
