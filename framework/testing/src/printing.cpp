#include <ashlar/errors.hpp>
#include <ashlar/testing/printing.hpp>

namespace ashlar::testing::detail {

std::string to_readable(const void* value, const Shape& shape) {
  try {
    return ashlar::detail::to_json(value, shape);
  } catch (const JsonError& error) {
    return std::string("(no JSON: ") + error.what() + ")";
  }
}

}  // namespace ashlar::testing::detail
