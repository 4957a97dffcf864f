#pragma once

#include "dispatch/frame.hpp"
#include "dispatch/plan.hpp"

#include <ashlar/event_log.hpp>
#include <ashlar/stream_consumer.hpp>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ashlar::detail {

class Dispatch;

// A stream consumer of a module: its handlers, which of them takes what, and the calling of them. Filled while the module
// registers, connected when all have; then receive() is called on threads of the log.
class Consumer final : public StreamHandlers, public StreamReceiver {
 public:
  Consumer(Dispatch& dispatch, std::string module, std::size_t module_order, std::string name, StreamOptions options);

  const std::string& module() const { return module_; }
  std::string full_name() const { return module_ + "." + name_; }

  void add(EventId event, std::string_view type, StreamFunction handler) override;
  void add(std::string_view name_or_pattern, StreamFunction handler) override;
  void set_intermediary(Intermediary intermediary) override { intermediary_ = std::move(intermediary); }

  // Finds out which handler takes which of the declared events, and marks these. What is wrong, a line each.
  void connect(std::vector<std::string>& problems);

  // When the handlers' middleware is known.
  void set_steps();

  // For the log.
  LoggedConsumer logged(std::shared_ptr<Consumer> self) const;
  void receive(std::span<Delivery* const> deliveries) override;
  std::size_t most_at_once() const override;

  // Its module failed to start: takes nothing.
  void disable() { disabled_.store(true, std::memory_order_relaxed); }

  template <class Visit>
  void each_step_of(const DeclaredEvent& event, Visit visit) const {
    for (const Place& place : places_) {
      if (place.plan.event == &event) visit(place.step);
    }
  }

 private:
  // What was registered for one type, name or pattern.
  struct Taking {
    std::string reference;
    std::string type;  // empty: by name or pattern
    bool by_pattern = false;
    Handler* handler = nullptr;
  };

  // A handler in its role for one event; where plan.event is null, for events that nobody declares.
  struct Place {
    const Taking* taking = nullptr;
    EventPlan plan{};
    Step step{};
    StepStatistics statistics{};
  };

  // The way of a stored event to its handler.
  struct Route {
    Place* place = nullptr;                         // null: nobody takes it
    std::vector<const UpcasterDescriptor*> path{};  // what converts it first
  };

  // A delivery that is about to be handled.
  struct Ready {
    Delivery* delivery = nullptr;
    Place* place = nullptr;
    std::shared_ptr<void> event{};  // null: the handler takes what is stored
    bool converted = false;
  };

  void add(std::string reference, std::string_view type, StreamFunction function);
  void check(std::vector<std::string>& problems) const;
  Route route_of(const DeclaredEvent& event);
  const Taking* taking_by_name(std::string_view reference) const;
  const Taking* taking_by_pattern(std::string_view name) const;
  Place& place_for(const Taking& taking, const DeclaredEvent* event);
  Place* place_of_undeclared(std::string_view name);

  // What is to be called for the delivery; nothing where that is settled by this.
  std::optional<Ready> make_ready(Delivery& delivery);
  void note_failure(const Delivery& delivery, const Place& place, std::string message);
  void deliver(Delivery& delivery);
  void call(const Ready& ready);
  void receive_each(std::span<Delivery* const> deliveries);
  void receive_batch(std::span<Delivery* const> deliveries);
  void call_batch(const std::vector<Ready>& batch);

  Dispatch& dispatch_;
  const std::string module_;
  const std::size_t module_order_;
  const std::string name_;
  const StreamOptions options_;
  Intermediary intermediary_;
  std::deque<Taking> takings_;
  std::deque<Place> places_;
  std::vector<Route> routes_;  // by DeclaredEvent::number
  bool takes_batches_ = false;
  bool connected_ = false;
  std::atomic<bool> disabled_{false};
};

// What is wrong with them, beside what each says itself, for `who`.
void check_stream_options(const StreamOptions& options, const std::string& who, std::vector<std::string>& problems);

}  // namespace ashlar::detail
