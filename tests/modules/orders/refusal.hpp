#pragma once

#include <ashlar/routes.hpp>
#include <string>

// The status and the field of what `action` is refused with: `400 /lines/3/quantity`.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const ashlar::HttpError& error) {
    return std::to_string(error.status()) + " " + error.field();
  }
  return "done";
}
