#pragma once

#include <ashlar/store/log_store.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ashlar::ops {

std::string letters_text(const std::vector<store::DeadLetter>& letters);
std::string groups_text(const std::vector<store::DeadLetterGroup>& groups);

// One with its whole story.
std::string letter_text(const store::DeadLetter& letter);

nlohmann::ordered_json letter_json(const store::DeadLetter& letter);
nlohmann::ordered_json group_json(const store::DeadLetterGroup& group);

// `3, 5-9, 12`; the numbers rise.
std::string numbers_text(const std::vector<std::int64_t>& numbers);

}  // namespace ashlar::ops
