#include "book.hpp"

#include <doctest/doctest.h>

#include <ashlar/testing/recording_bus.hpp>
#include <loyalty/events.hpp>

#include "fakes.hpp"

using loyalty::GoldReached;
using loyalty::PointsEarned;

namespace {

struct Rules {
  ashlar::testing::RecordingBus bus;  // the mocked publish
  FakeUsers users;
  loyalty::Options options{.points_per_euro = 2, .gold_from = 100};
  loyalty::Book book{ashlar::store::Database::in_memory(), bus, users, options};
};

}  // namespace

TEST_CASE("an order earns points for its euros, once") {
  Rules rules;
  rules.book.earn(order("7", "ada", 1250));
  rules.book.earn(order("7", "ada", 1250));
  CHECK(rules.book.of("ada") == 24);
  CHECK(rules.bus.only<PointsEarned>() == PointsEarned{"ada", "7", 24});
}

TEST_CASE("who is not registered earns nothing") {
  Rules rules;
  rules.book.earn(order("7", "nobody", 1250));
  CHECK(rules.bus.nothing());
}

TEST_CASE("gold is reached once, after the points that lead to it") {
  Rules rules;
  rules.book.earn(order("7", "ada", 3000));
  CHECK(rules.bus.none<GoldReached>());
  rules.book.earn(order("8", "ada", 2000));
  rules.book.earn(order("9", "ada", 2000));
  CHECK(rules.bus.exactly<GoldReached>(1));
  CHECK(rules.bus.in_order<PointsEarned, GoldReached>());
}
