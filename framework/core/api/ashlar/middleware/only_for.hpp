#pragma once

#include <ashlar/middleware.hpp>
#include <memory>
#include <string>
#include <vector>

namespace ashlar {

// `inner`, around these handlers alone: each is named `module/handler`, or `module` for all of one. A name that fits no
// handler is no error, for modules may be left out.
std::shared_ptr<Middleware> only_for(std::vector<std::string> handlers, std::shared_ptr<Middleware> inner);

}  // namespace ashlar
