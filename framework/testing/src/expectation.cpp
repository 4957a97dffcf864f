#include <ashlar/testing/expectation.hpp>
#include <ostream>

namespace ashlar::testing {

std::ostream& operator<<(std::ostream& out, const Expectation& expectation) { return out << expectation.text_; }

}  // namespace ashlar::testing
