#include "sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <ashlar/errors.hpp>

namespace audit {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> hash{};
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw ashlar::Error("libcrypto refuses SHA-256");
  }
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : hash) {
    text += digits[byte >> 4];
    text += digits[byte & 0xf];
  }
  return text;
}

}  // namespace audit
