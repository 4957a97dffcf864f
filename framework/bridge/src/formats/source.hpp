#pragma once

#include <string>
#include <string_view>

namespace ashlar::bridge {

// The `source` of a CloudEvent: `/application/module`, escaped as a URI wants it.
std::string cloud_source(std::string_view application, std::string_view module);

// The module of such a source; of any other its whole text.
std::string module_of_cloud_source(std::string_view source);

}  // namespace ashlar::bridge
