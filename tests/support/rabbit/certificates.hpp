#pragma once

#include <filesystem>
#include <string>

// Made by openssl(1): `<name>.pem` and `<name>.key` in `folder`.
void make_authority(const std::filesystem::path& folder, const std::string& name);

// Signed by the authority; `names` as in `DNS:localhost,IP:127.0.0.1`. Of a negative number of days it is expired.
void make_certificate(const std::filesystem::path& folder, const std::string& authority, const std::string& name,
                      const std::string& names, int days);
