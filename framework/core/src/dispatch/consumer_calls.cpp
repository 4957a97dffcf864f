// How a stream consumer's handlers are called.

#include "dispatch/consumer.hpp"
#include "dispatch/dispatch.hpp"

#include <ashlar/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace ashlar::detail {
namespace {

// What the log holds was let in once; it is not measured again.
constexpr JsonLimits stored_data{.bytes = std::numeric_limits<std::size_t>::max()};

// Which keys wait in one call: an event of theirs was not acked, so those behind it are not to be handled.
class WaitingKeys {
 public:
  bool hold(const Delivery& delivery) const {
    const std::string_view key = delivery.metadata().key;
    return !key.empty() && std::find(keys_.begin(), keys_.end(), key) != keys_.end();
  }
  void note(const Delivery& delivery) {
    const std::string_view key = delivery.metadata().key;
    if (!delivery.is_done() && !key.empty() && !hold(delivery)) keys_.push_back(key);
  }

 private:
  std::vector<std::string_view> keys_;
};

// Says so of a delivery whose handler has thrown, unless the handler has said something final before.
void settle_failed(Delivery& delivery, std::string_view message) {
  if (!delivery.is_settled() || delivery.awaits_commit()) delivery.failed(message);
}

}  // namespace

void Consumer::receive(std::span<Delivery* const> deliveries) {
  dispatch_.background_began();
  try {
    if (most_at_once() == 0) {
      for (Delivery* delivery : deliveries) delivery->give_back();
    } else if (takes_batches_) {
      receive_batch(deliveries);
    } else {
      receive_each(deliveries);
    }
  } catch (...) {
    dispatch_.log().error("deliveries could not be settled and will come again",
                          {{"consumer", full_name()}, {"error", current_exception_message()}});
  }
  dispatch_.background_ended();
}

void Consumer::receive_each(std::span<Delivery* const> deliveries) {
  WaitingKeys waiting;
  for (Delivery* delivery : deliveries) {
    if (waiting.hold(*delivery)) {
      delivery->give_back();
      continue;
    }
    deliver(*delivery);
    waiting.note(*delivery);
  }
}

void Consumer::deliver(Delivery& delivery) {
  try {
    if (const auto ready = make_ready(delivery)) call(*ready);
  } catch (...) {
    settle_failed(delivery, current_exception_message());
  }
}

std::optional<Consumer::Ready> Consumer::make_ready(Delivery& delivery) {
  const Metadata& metadata = delivery.metadata();
  const DeclaredEvent* stored = dispatch_.find_event(EventId{metadata.name, metadata.version});
  if (stored == nullptr) {
    Ready ready{.delivery = &delivery, .place = place_of_undeclared(metadata.name)};
    if (ready.place != nullptr) return ready;
    delivery.ack();
    return std::nullopt;
  }
  const Route& route = routes_[stored->number];
  if (route.place == nullptr) {
    delivery.ack();
    return std::nullopt;
  }
  Ready ready{.delivery = &delivery, .place = route.place, .event = {}, .converted = !route.path.empty()};
  if (route.place->taking->type.empty() && !ready.converted) return ready;
  const EventDescriptor& descriptor = stored->descriptor;
  try {
    ready.event = std::shared_ptr<void>(descriptor.make(), descriptor.destroy);
    from_json(ready.event.get(), *descriptor.data, delivery.data(), stored_data);
  } catch (const JsonError& error) {
    const std::string message = fmt::format("its data is no {}: {}", descriptor.type_name, error.what());
    delivery.term(message);
    note_failure(delivery, *route.place, message);
    return std::nullopt;
  }
  for (const UpcasterDescriptor* upcaster : route.path) {
    try {
      ready.event = upcaster->convert(ready.event.get());
    } catch (...) {
      const std::string message =
          fmt::format("upcaster to {}: {}", event_text(upcaster->to), current_exception_message());
      delivery.failed(message);
      note_failure(delivery, *route.place, message);
      return std::nullopt;
    }
  }
  return ready;
}

void Consumer::note_failure(const Delivery& delivery, const Place& place, std::string message) {
  place.step.statistics->failures.fetch_add(1, std::memory_order_relaxed);
  const Metadata& metadata = delivery.metadata();
  dispatch_.tell({.event_id = metadata.id.to_string(),
                  .event = event_text({metadata.name, metadata.version}),
                  .module = module_,
                  .handler = name_,
                  .message = std::move(message),
                  .delivery = delivery.count()});
}

void Consumer::call(const Ready& ready) {
  Delivery& delivery = *ready.delivery;
  Place& place = *ready.place;
  place.statistics.calls.fetch_add(1, std::memory_order_relaxed);
  const auto run = [&](const EventPlan& plan) {
    StoredFrame frame(this_thread.frame, &dispatch_.slot_of_this_thread(), plan, ready.event.get(), delivery,
                      ready.converted);
    return dispatch_.run_alone(place.step, frame, delivery.count());
  };
  std::optional<HandlerFailure> failure;
  if (place.plan.event != nullptr) {
    failure = run(place.plan);
  } else {
    DeclaredEvent undeclared;
    undeclared.descriptor.id = {delivery.metadata().name, delivery.metadata().version};
    EventPlan plan = place.plan;
    plan.event = &undeclared;
    failure = run(plan);
  }
  if (failure) {
    settle_failed(delivery, failure->message);
  } else if (!delivery.is_settled()) {
    delivery.ack();
  }
}

void Consumer::receive_batch(std::span<Delivery* const> deliveries) {
  std::vector<Ready> batch;
  batch.reserve(deliveries.size());
  WaitingKeys waiting;
  for (Delivery* delivery : deliveries) {
    if (waiting.hold(*delivery)) {
      delivery->give_back();
    } else if (auto ready = make_ready(*delivery)) {
      batch.push_back(std::move(*ready));
    } else {
      waiting.note(*delivery);
    }
  }
  if (!batch.empty()) call_batch(batch);
}

void Consumer::call_batch(const std::vector<Ready>& batch) {
  std::vector<Delivery*> deliveries;
  std::vector<const void*> events;
  for (const Ready& ready : batch) {
    deliveries.push_back(ready.delivery);
    events.push_back(ready.event.get());
    ready.place->statistics.calls.fetch_add(1, std::memory_order_relaxed);
  }
  const StreamBatch whole{deliveries, events};
  const Place& place = *batch.front().place;
  DeclaredEvent undeclared;
  undeclared.descriptor.id = {deliveries.front()->metadata().name, deliveries.front()->metadata().version};
  EventPlan plan = place.plan;
  if (plan.event == nullptr) plan.event = &undeclared;
  std::optional<HandlerFailure> failure;
  {
    Frame frame(this_thread.frame, &dispatch_.slot_of_this_thread(), plan, &whole, nullptr);
    frame.origin = Frame::Origin::batch;
    frame.id_value = deliveries.front()->metadata().id;  // a failure is told under this one
    frame.has_id = true;
    failure = dispatch_.run_alone(place.step, frame, deliveries.front()->count());
  }
  WaitingKeys waiting;
  for (Delivery* delivery : deliveries) {
    if (failure) {
      settle_failed(*delivery, failure->message);
    } else if (!delivery->is_settled()) {
      if (waiting.hold(*delivery)) {
        delivery->give_back();
      } else {
        delivery->ack();
      }
    }
    waiting.note(*delivery);
  }
}

}  // namespace ashlar::detail
