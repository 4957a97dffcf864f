#pragma once

#include <string_view>

#include "config/node.hpp"

namespace ashlar::detail {

// Reads the YAML document of a file, replacing ${…}; what is wrong goes to `problems`, and what is not can be used.
Node read_document(std::string_view text, std::string_view file, std::size_t document,
                   const Configuration::Environment& environment, Problems& problems);

// Gives a verbatim text the structure it has as YAML, like `[a, b]` or `{a: 1}`, with the text's own origin for every
// part and nothing replaced. Absent, with a problem that does not show the text, where it is no YAML.
Node read_structure(const Node& verbatim, std::string_view path, Problems& problems);

}  // namespace ashlar::detail
