#pragma once

#include <ashlar/store/log_store.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"

namespace ashlar::store {

// The attempts of a delivery as they are stored, a JSON array; and the same with one more, the newest 20.
std::vector<Attempt> attempts_of(std::string_view json);
std::string with_attempt(std::string_view json, const Attempt& attempt);

// What dead letters of the same trouble have in common: the event, and the reason without numbers and quoted texts.
std::string grouping_of(const DeadLetter& letter);

enum class Replay { no, yes };
std::int64_t add_dead_letter(Connection& db, const DeadLetter& letter, Replay replay);

}  // namespace ashlar::store
