#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/store/log_store.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace ashlar::ops {

inline CommandFlag json_flag() { return {.name = "json", .summary = "for programs"}; }
inline CommandFlag dry_run_flag() { return {.name = "dry-run", .summary = "only say what would be done"}; }

// A whole number from 1 on. `what` names it in the UsageError that is thrown for any other text.
std::int64_t number_of(const std::string& text, std::string_view what);

// Throws Error with the name that was probably meant.
store::ConsumerStatus find_consumer(store::LogStore& log, const std::string& name);

// Writes down what a command did.
void note(store::LogStore& log, std::string action, std::string detail);

}  // namespace ashlar::ops
