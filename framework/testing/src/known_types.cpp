#include "known_types.hpp"

#include <mutex>
#include <vector>

namespace ashlar::testing::detail {
namespace {

struct KnownTypes {
  std::mutex mutex;
  std::vector<const KnownType*> types;
};

// Filled before main(), while the order of initialization is open; therefore made when first used.
KnownTypes& known_types() {
  static KnownTypes types;
  return types;
}

}  // namespace

const KnownType* remember(const KnownType* type) {
  KnownTypes& known = known_types();
  const std::lock_guard lock(known.mutex);
  known.types.push_back(type);
  return type;
}

const KnownType* known_type_of(const void* identity) {
  KnownTypes& known = known_types();
  const std::lock_guard lock(known.mutex);
  for (const KnownType* type : known.types) {
    if (type->identity == identity) return type;
  }
  return nullptr;
}

}  // namespace ashlar::testing::detail
