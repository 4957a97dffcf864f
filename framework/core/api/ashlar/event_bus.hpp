#pragma once

#include <ashlar/event.hpp>
#include <ashlar/event_context.hpp>
#include <ashlar/publish_report.hpp>
#include <ashlar/stored.hpp>
#include <cstdint>
#include <string_view>

namespace ashlar {

class UnitOfWork;

namespace detail {

class Port;
class Dispatch;

// Numbers event types from 1 in this process; 0 means not numbered yet. An index, never an identity.
std::uint32_t next_event_index() noexcept;

// What publish() says of an event's type. `copy` and `destroy` let a recording bus keep events.
struct EventType {
  EventId id;
  std::uint32_t index;
  void* (*copy)(const void* event);
  void (*destroy)(void* event);
};

template <Event E>
inline const EventType event_type{id_of<E>(), next_event_index(),
                                  [](const void* event) -> void* { return new E(*static_cast<const E*>(event)); },
                                  [](void* event) { delete static_cast<E*>(event); }};

Outcome publish(Port& port, const EventType& type, const void* event, const PublishOptions* options);
Stored publish(Port& port, const EventType& type, const void* event, const PublishOptions& options, UnitOfWork& unit);
std::int64_t schedule(Port& port, const EventType& type, const void* event, Time due, const PublishOptions& options,
                      UnitOfWork* unit);
PendingStored publish_async(Port& port, const EventType& type, const void* event, const PublishOptions& options);

}  // namespace detail

// A module's right to publish the events it declared. Each module gets its own (ModuleContext::bus()), which fills in the
// source. Any thread, from start() until the host has stopped; owned by the host, which outlives its modules.
class EventBus {
 public:
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  // Calls every handler of the event on this thread, in declared order, each isolated; all have run on return. Handlers
  // get this very object. Takes no lock, allocates nothing. A handler's failure is in the report, never thrown. Throws
  // PublishRefused when this module did not declare the event or the host does not take events now, DepthExceeded when
  // events published inside handlers nest deeper than the host allows. An event that is durable is stored first, in a
  // commit of its own; where that fails this throws what the log says, and no handler was called. An id that the log has
  // already calls none either.
  template <Event E>
  PublishReport publish(const E& event) {
    return PublishReport(detail::publish(*port_, detail::event_type<E>, &event, nullptr));
  }

  template <Event E>
  PublishReport publish(const E& event, const PublishOptions& options) {
    return PublishReport(detail::publish(*port_, detail::event_type<E>, &event, &options));
  }

  // Says what is wrong with a type that is no event.
  template <class T>
  requires(!Event<T>) auto publish(const T&, const PublishOptions& = {}) {
    static_assert(
        Event<T>,
        "publish() takes an event: describe its type with ASHLAR_EVENT, beside it and in its namespace; what is "
        "known only by name is published with publish_json()");
    return PublishReport{};
  }

  // Adds the event to the durable log as part of `unit`: stored when that commits, and nowhere if it does not. Its metadata
  // is that of this moment. Once committed, its handlers are called on the committing thread, with a copy. Throws what
  // publish() refuses with, and Error where the log refuses; the unit is then as it was.
  template <Event E>
  Stored publish(UnitOfWork& unit, const E& event, const PublishOptions& options = {}) {
    return detail::publish(*port_, detail::event_type<E>, &event, options, unit);
  }

  template <class T>
  requires(!Event<T>) Stored publish(UnitOfWork&, const T&, const PublishOptions& = {}) {
    static_assert(Event<T>,
                  "publish() takes an event: describe its type with ASHLAR_EVENT, beside it and in its namespace; what "
                  "is known only by name is published with publish_json()");
    return {};
  }

  // Stores the event without waiting for the disk, together with others. Once it is durable its handlers are called, with a
  // copy, on a thread of the log; what they do holds up the events behind it. A stop of the host waits for it.
  template <Event E>
  PendingStored publish_async(const E& event, const PublishOptions& options = {}) {
    return detail::publish_async(*port_, detail::event_type<E>, &event, options);
  }

  // Stores the event now, also where it is not durable otherwise, and adds it to the durable log when `due` has come: then
  // stream consumers get it, also after a restart; handlers registered with EventRegistry::on() are not called. Its metadata is
  // that of this moment. Durable on return, or with `unit`. Gives a number for cancel_scheduled(). Throws as publish(unit, …).
  template <Event E>
  std::int64_t schedule(const E& event, Time due, const PublishOptions& options = {}) {
    return detail::schedule(*port_, detail::event_type<E>, &event, due, options, nullptr);
  }
  template <Event E>
  std::int64_t schedule(UnitOfWork& unit, const E& event, Time due, const PublishOptions& options = {}) {
    return detail::schedule(*port_, detail::event_type<E>, &event, due, options, &unit);
  }

  // False: it is in the log already, or was cancelled.
  bool cancel_scheduled(std::int64_t number);

  // publish() for an event that is known by name: `orders.order.placed`, or `orders.order.placed@2`. Throws JsonError, before
  // any handler has run, for data that does not fit. Where the version has an upcaster, handlers of the later version are
  // called too, with the converted event and the same metadata.
  PublishReport publish_json(std::string_view event, std::string_view json, const PublishOptions& options = {});

  Stored publish_json(UnitOfWork& unit, std::string_view event, std::string_view json,
                      const PublishOptions& options = {});

  // The module whose bus this is.
  std::string_view module() const noexcept;

 protected:
  friend class detail::Dispatch;
  explicit EventBus(detail::Port& port) : port_(&port) {}
  static detail::Port& port_of(const EventBus& bus) { return *bus.port_; }

 private:
  detail::Port* port_;
};

}  // namespace ashlar
