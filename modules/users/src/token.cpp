#include "token.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <ashlar/errors.hpp>
#include <span>

namespace users {

namespace {

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw ashlar::Error("users: the system gives no random numbers");
  }
  return hexadecimal(bytes);
}

std::string hash_of(std::string_view token) {
  std::array<unsigned char, 32> hash{};
  if (EVP_Digest(token.data(), token.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw ashlar::Error("users: SHA-256 is not available");
  }
  return hexadecimal(hash);
}

}  // namespace users
