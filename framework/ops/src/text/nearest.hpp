#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ashlar::ops {

// `; did you mean 'orders.order.placed'?` with the up to three names nearest to `wrong`, or nothing where none is near.
std::string did_you_mean(std::string_view wrong, std::span<const std::string> names);

}  // namespace ashlar::ops
