#pragma once

#include <cstdint>
#include <string_view>

namespace loyalty {

// How many points customers have; a service of the module loyalty. Any thread.
class Points {
 public:
  virtual ~Points() = default;

  // 0 for whoever has earned none.
  virtual std::int64_t of(std::string_view customer_id) = 0;
};

}  // namespace loyalty
