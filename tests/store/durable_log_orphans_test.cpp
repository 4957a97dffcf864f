#include <doctest/doctest.h>

#include "durable_log_support.hpp"
#include "message_of.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

namespace {

// A log with an event, a schedule and a consumer.
void leave_something(DurableRig& rig) {
  rig.append("x");
  StoredEvent later = rig.event("y");
  later.metadata.name = "orders.order.forgotten";
  rig.durable.schedule(later, rig.clock.now() + 1h, nullptr);
  rig.durable.store().open_consumer({.name = "old.consumer"}, rig.clock.now());
}

}  // namespace

TEST_CASE("E3: a start refuses what is stored and nobody knows, names all of it and says what to do") {
  DurableRig rig({.orphans = store::Orphans::refuse});
  leave_something(rig);
  const std::string message = message_of([&] { rig.durable.open(rig.plan({})); });
  for (const char* part : {"orders.order.placed@1", "orders.order.forgotten@1", "old.consumer", "renamed_from",
                           "remove", "Orphans::warn"}) {
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

TEST_CASE("E3: a start can also only warn of what is stored and nobody knows") {
  DurableRig rig;
  leave_something(rig);
  rig.durable.open(rig.plan({}));
  CHECK(rig.log->lines().size() == 3);
  CHECK(rig.log->contains("old.consumer"));
}

TEST_CASE("E3: what is declared, renamed or selected by a pattern is known") {
  DurableRig rig({.orphans = store::Orphans::refuse});
  leave_something(rig);
  StoredEvent other = rig.event("z");
  other.metadata.name = "billing.invoice.sent";
  rig.durable.append(other, nullptr);
  Journal journal;
  LogPlan plan =
      rig.plan({DurableRig::consumer("new.consumer", [&](Delivery& delivery) { journal.add(delivery.metadata().name); },
                                     {.renamed_from = {"old.consumer"}})});
  plan.consumers[0].events = {"orders.order.accepted", "billing.#"};
  plan.events = {{.name = "orders.order.accepted", .version = 2, .renamed_from = {"orders.order.placed"}},
                 {.name = "orders.order.forgotten"}};
  rig.durable.open(std::move(plan));
  rig.durable.begin();
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"orders.order.accepted", "billing.invoice.sent"});
  CHECK(rig.durable.store().consumers().size() == 1);
}
