#include "log_store_model.hpp"

#include <doctest/doctest.h>

#include "part.hpp"

namespace {

void check_same(const MakeBench& tested) {
  const auto difference = find_difference(memory_bench, tested, 1, 100 / every, 80);
  INFO((difference ? difference->text() : std::string()));
  CHECK_FALSE(difference.has_value());
}

}  // namespace

TEST_CASE("LogStore, in memory: random steps leave two of them the same") { check_same(memory_bench); }

#if ASHLAR_HAS_SQLITE_LOG
TEST_CASE("LogStore, SQLite: random steps leave it and the one in memory the same") { check_same(sqlite_bench); }
#endif
