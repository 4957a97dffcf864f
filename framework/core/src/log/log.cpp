#include <ashlar/log.hpp>

#include <utility>
#include <vector>

#include "dispatch/current.hpp"

namespace ashlar {

Log::Log(std::shared_ptr<LogSink> sink, std::string module) : sink_(std::move(sink)), module_(std::move(module)) {}

bool Log::writes(LogLevel level) const { return sink_ && sink_->writes(module_, level); }

void Log::trace(std::string_view text, std::initializer_list<LogField> fields) const {
  write(LogLevel::trace, text, fields);
}

void Log::debug(std::string_view text, std::initializer_list<LogField> fields) const {
  write(LogLevel::debug, text, fields);
}

void Log::info(std::string_view text, std::initializer_list<LogField> fields) const {
  write(LogLevel::info, text, fields);
}

void Log::warning(std::string_view text, std::initializer_list<LogField> fields) const {
  write(LogLevel::warning, text, fields);
}

void Log::error(std::string_view text, std::initializer_list<LogField> fields) const {
  write(LogLevel::error, text, fields);
}

void Log::write(LogLevel level, std::string_view text, std::initializer_list<LogField> fields) const {
  if (!writes(level)) return;
  const std::optional<CurrentHandler> handler = current_handler();
  if (!handler) return sink_->write(module_, level, text, fields);

  std::vector<LogField> all(fields);
  if (!handler->event_id.empty()) {
    all.emplace_back("event_id", handler->event_id);
    all.emplace_back("event", handler->event);
  }
  if (!handler->correlation_id.empty()) all.emplace_back("correlation_id", handler->correlation_id);
  all.emplace_back("handler", handler->handler);
  if (handler->module != module_) all.emplace_back("handler_module", handler->module);
  sink_->write(module_, level, text, all);
}

}  // namespace ashlar
