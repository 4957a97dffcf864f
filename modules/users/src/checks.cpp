#include "checks.hpp"

#include <algorithm>
#include <ashlar/routes.hpp>

namespace users {

namespace {

constexpr std::size_t longest_id = 64;
constexpr std::size_t longest_local_part = 64;
constexpr std::size_t longest_email = 254;
constexpr std::size_t longest_name = 200;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_id(std::string_view text) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= longest_id && std::all_of(text.begin(), text.end(), allowed);
}

// Dot-separated parts, none of them empty, of letters, digits and `others`.
bool is_dotted(std::string_view text, std::string_view others) {
  char before = '.';
  for (char c : text) {
    const bool allowed = is_alphanumeric(c) || others.find(c) != std::string_view::npos || (c == '.' && before != '.');
    if (!allowed) return false;
    before = c;
  }
  return before != '.';
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at > longest_local_part || text.size() > longest_email) return false;
  return is_dotted(text.substr(0, at), "!#$%&'*+/=?^_`{|}~-") && is_dotted(text.substr(at + 1), "-");
}

void check_name(const char* field, std::string_view name) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (name.find_first_not_of(' ') == std::string_view::npos) {
    throw ashlar::HttpError(400, field, "a name is needed");
  }
  if (name.size() > longest_name) throw ashlar::HttpError(400, field, "a name has at most 200 bytes");
  if (std::any_of(name.begin(), name.end(), control)) {
    throw ashlar::HttpError(400, field, "a name has no line breaks or other control characters");
  }
}

}  // namespace

void check(const NewUser& user) {
  if (user.user_id && !is_id(*user.user_id)) {
    throw ashlar::HttpError(400, "/user_id", "an id is made of 1 to 64 letters, digits, '.', '_' and '-'");
  }
  check_email(user.email);
  check_name("/full_name", user.full_name);
  if (user.company) check_name("/company", *user.company);
}

void check_email(std::string_view email) {
  if (!is_email(email)) throw ashlar::HttpError(400, "/email", "an address like name@example.com is needed");
}

std::string email_key(std::string_view email) {
  std::string key(email);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return key;
}

}  // namespace users
