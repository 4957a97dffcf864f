#include <ashlar/event.hpp>
#include <ashlar/format.hpp>
#include <ashlar/json.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

struct OrderPlaced {
  std::string order_id;
  std::vector<int> quantities;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, quantities)

struct OrderPlaced2 {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced2, "orders.order.placed", 2, order_id)

struct StoreOpened {};
ASHLAR_EVENT(StoreOpened, "store.opened", 1)

struct NoEvent {
  int number = 0;
};
ASHLAR_STRUCT(NoEvent, number)

}  // namespace

TEST_CASE("A1: an event name has two to six lower-case segments, each beginning with a letter") {
  using ashlar::is_event_name;
  for (const char* name : {"store.opened", "orders.order.placed", "a.b.c.d.e.f", "a1.b_2.c__", "orders.order.v",
                           "orders.v2.placed", "orders.order.v2a", "orders.order.version2"}) {
    CAPTURE(name);
    CHECK(is_event_name(name));
  }
  for (const char* name : {"",
                           ".",
                           "opened",
                           "a.b.c.d.e.f.g",
                           "userCreated",
                           "user.Created",
                           "USER.CREATED",
                           "user.",
                           ".user",
                           "user..created",
                           "user.1created",
                           "user._created",
                           "user.cre-ated",
                           "user.cre ated",
                           "user.created ",
                           " user.created",
                           "user.cr\xc3\xa9\x61ted",
                           "user.*",
                           "user.#",
                           "user.created@2",
                           "orders.order.v2",
                           "orders.order.v10"}) {
    CAPTURE(name);
    CHECK_FALSE(is_event_name(name));
  }
  CHECK_FALSE(is_event_name(std::string_view("user.created\0", 13)));
  CHECK(is_event_name("a." + std::string(198, 'b')));
  CHECK_FALSE(is_event_name("a." + std::string(199, 'b')));
}

TEST_CASE("A1: an event is identified by its written name and version, and what was not described is no event") {
  static_assert(ashlar::Event<OrderPlaced>);
  static_assert(ashlar::Event<StoreOpened>);
  static_assert(!ashlar::Event<NoEvent>);
  static_assert(!ashlar::Event<int>);
  static_assert(ashlar::id_of<OrderPlaced>() == ashlar::EventId{"orders.order.placed", 1});
  static_assert(ashlar::id_of<OrderPlaced>() != ashlar::id_of<OrderPlaced2>());
  CHECK(ashlar::id_of<OrderPlaced2>().version == 2);
  CHECK(ashlar::id_of<StoreOpened>().name == "store.opened");
}

TEST_CASE("an event can be compared, printed, and written as JSON and back, all from one line") {
  const OrderPlaced placed{"7", {1, 2}};
  CHECK(placed == OrderPlaced{"7", {1, 2}});
  CHECK_FALSE(placed == OrderPlaced{"7", {1, 3}});
  CHECK_FALSE(placed == OrderPlaced{"8", {1, 2}});
  CHECK(StoreOpened{} == StoreOpened{});
  CHECK(ashlar::to_json(placed) == R"({"order_id":"7","quantities":[1,2]})");
  CHECK(ashlar::from_json<OrderPlaced>(ashlar::to_json(placed)) == placed);
  CHECK(ashlar::to_json(StoreOpened{}) == "{}");
  CHECK(ashlar::to_text(OrderPlaced2{"7"}) == R"(OrderPlaced2{order_id: "7"})");
}
