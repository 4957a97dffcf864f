#pragma once

#include <exception>
#include <string>
#include <utility>

// The text of the exception that `action` throws; "nothing was thrown" if it throws none.
template <class Action>
std::string error_of(Action&& action) {
  try {
    std::forward<Action>(action)();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}
