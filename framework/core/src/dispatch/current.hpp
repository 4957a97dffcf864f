#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ashlar {

// The handler that runs on this thread, as every log line written inside it names it.
struct CurrentHandler {
  std::string_view module;
  std::string_view handler;
  std::string_view event;
  std::string event_id;  // empty, as the others: several events at once
  std::string correlation_id;
};

std::optional<CurrentHandler> current_handler();

}  // namespace ashlar
