#pragma once

#include <ashlar/testing/recording.hpp>

namespace ashlar::testing::detail {

// The type that this executable's tests name somewhere, or null.
const KnownType* known_type_of(const void* identity);

}  // namespace ashlar::testing::detail
