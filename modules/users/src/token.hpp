#pragma once

#include <string>
#include <string_view>

namespace users {

// 256 random bits that nobody can guess, in hexadecimal.
std::string random_token();

// What is stored instead of a token: its SHA-256, in hexadecimal. Random bits need no salt.
std::string hash_of(std::string_view token);

}  // namespace users
