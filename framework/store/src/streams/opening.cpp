#include "opening.hpp"

#include <set>

namespace ashlar::store {

ConsumerSettings settings_of(const LoggedConsumer& consumer) {
  return {.name = consumer.name,
          .events = consumer.events,
          .start = consumer.options.start,
          .max_deliver = consumer.options.max_deliver,
          .ack_wait = consumer.options.ack_wait,
          .max_in_flight = consumer.options.max_in_flight,
          .renamed_from = consumer.options.renamed_from};
}

void catch_up(LogStore& store, Time now, CatchUp catch_up, const Log& log) {
  if (catch_up == CatchUp::all) return;
  std::vector<ScheduledEvent> due = store.scheduled(std::numeric_limits<std::size_t>::max());
  std::erase_if(due, [&](const ScheduledEvent& scheduled) { return scheduled.due > now; });
  std::set<std::string> kept;
  for (auto scheduled = due.rbegin(); scheduled != due.rend(); ++scheduled) {
    const std::string& name = scheduled->event.metadata.name;
    if (catch_up == CatchUp::once && kept.insert(name).second) continue;
    if (!store.cancel(scheduled->number)) continue;
    log.info("scheduled event left out, which came due while nobody ran",
             {{"event", name}, {"event_id", scheduled->event.metadata.id.to_string()}, {"number", scheduled->number}});
  }
}

}  // namespace ashlar::store
