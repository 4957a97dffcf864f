#pragma once

#include <string>
#include <string_view>
#include <users/registration.hpp>

namespace users {

// Throws HttpError 400 with the field that cannot be registered. What passes can stand in a mail's header.
void check(const NewUser& user);

// The same for an address alone.
void check_email(std::string_view email);

// An address is known by this, whatever its case.
std::string email_key(std::string_view email);

}  // namespace users
