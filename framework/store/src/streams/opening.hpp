#pragma once

#include <ashlar/event_log.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/log_store.hpp>

namespace ashlar::store {

// The settings of a plan's consumer as the store knows them.
ConsumerSettings settings_of(const LoggedConsumer& consumer);

// Says what is stored that the plan does not know: events, schedules, consumers. Throws Error with all of them where the
// options refuse them, and logs a warning for each otherwise.
void check_orphans(LogStore& store, const LogPlan& plan, Orphans orphans, const Log& log);

// Removes the schedules that came due while nobody ran and are not to be delivered any more.
void catch_up(LogStore& store, Time now, CatchUp catch_up, const Log& log);

}  // namespace ashlar::store
