#pragma once

#include <ashlar/envelope.hpp>
#include <ashlar/event.hpp>
#include <ashlar/event_bus.hpp>
#include <ashlar/stream_consumer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ashlar {

enum class Presence { required, optional };

// Whether a handler that has thrown may be called again with the same event.
enum class Repeat { never, allowed };

// Where a handler runs: on the publishing thread, before publish() returns; or on a thread of its module's background pool
// (Declaration::background), with a copy of the event.
enum class Run { at_once, in_background };

// How a handler is registered; every member has the default most handlers want.
struct HandlerOptions {
  // Unique within its module; names the handler in reports, logs and `describe`. Empty: the event's name or the pattern.
  std::string name{};

  // Higher runs earlier; equal ones run in module start order, then in order of registration.
  int priority = 0;

  // Queue group: of the handlers of an event that name the same group, in whatever modules, exactly one receives each
  // publish, in turn. Empty: receives every one.
  std::string group{};

  // `optional`: no error when nobody declares the event.
  Presence presence = Presence::required;

  // `allowed`: the Retry middleware, where the host has it, calls a handler that has thrown again.
  Repeat repeat = Repeat::never;

  // `in_background`: publish() only puts the event into the module's queue. What the handler throws is logged, counted and
  // told to on_handler_failed observers, as for any handler, but is in no report.
  Run run = Run::at_once;

  // A call that takes longer is named in a warning, at most once a minute per handler.
  std::chrono::milliseconds slow_after{1000};
};

// What is deprecated still works, and will be gone one day.
struct Deprecation {
  std::string since;   // the version that said so first
  std::string advice;  // what to use instead

  friend bool operator==(const Deprecation&, const Deprecation&) = default;
};

// What is known of a declared event. A copy; later changes do not show in it.
struct EventInfo {
  std::string name;
  int version = 1;
  std::string module;            // that declared it, and alone may publish it
  bool is_here = true;           // false: this process leaves that module out
  std::string description{};     // from Declaration
  std::string type;              // the C++ type
  std::string routing_key;       // `name`, from version 2 on `name.v2`, or the declared one
  std::string aggregate_type{};  // as declared; empty: by default
  bool leaves_the_process = false;
  bool durable = false;  // every publish of it is stored: its module says so, or a stream consumer takes it
  bool has_key = false;
  std::optional<Deprecation> deprecated{};
  std::map<std::string, Deprecation> deprecated_fields{};  // by name
  std::string schema;                                      // JSON Schema of the data
};

// That a module handles an event, or all that match a pattern.
struct Handling {
  std::string module;
  std::string event;  // reference or pattern
};

namespace detail {

class Registrar;

// A handler without its type; `call` gets the object, the event and its context.
struct HandlerFunction {
  std::shared_ptr<void> object;
  void (*call)(void* object, const void* event, const EventContext& context);
};

template <Event E, class F>
HandlerFunction typed_handler(F&& handler) {
  using Handler = std::decay_t<F>;
  return {std::make_shared<Handler>(std::forward<F>(handler)),
          [](void* object, const void* event, [[maybe_unused]] const EventContext& context) {
            if constexpr (std::is_invocable_v<Handler&, const E&, const EventContext&>) {
              (*static_cast<Handler*>(object))(*static_cast<const E*>(event), context);
            } else {
              (*static_cast<Handler*>(object))(*static_cast<const E*>(event));
            }
          }};
}

template <class F>
HandlerFunction envelope_handler(F&& handler) {
  using Handler = std::decay_t<F>;
  return {std::make_shared<Handler>(std::forward<F>(handler)),
          [](void* object, const void*, const EventContext& context) {
            (*static_cast<Handler*>(object))(static_cast<const Envelope&>(context));
          }};
}

}  // namespace detail

// Where modules find events and register handlers. Handed to Module::register_handlers; registering later throws
// DeclarationError. Lookups may be made from any thread at any time.
class EventRegistry {
 public:
  EventRegistry(const EventRegistry&) = delete;
  EventRegistry& operator=(const EventRegistry&) = delete;

  // Registers a handler for the event that its first parameter names:
  //   registry.on([this](const OrderPlaced& e) {...});
  //   registry.on([this](const OrderPlaced& e, const EventContext& c) {...}, {.name = "confirm", .priority = 10});
  // Several handlers of one module for one event are fine; each is called. The handler is called from whatever threads
  // publish, at once; it is destroyed when the host starts again or is destroyed.
  template <class F>
  void on(F&& handler, HandlerOptions options = {}) {
    static_assert(detail::HasOneSignature<F>,
                  "a handler is a function or lambda with one signature, whose first parameter is the event: "
                  "[](const OrderPlaced& event) {...}; name the event's type instead of `auto`");
    if constexpr (detail::HasOneSignature<F>) {
      using E = detail::EventOf<F>;
      static_assert(Event<E>,
                    "the first parameter of a handler must be an event: describe it with ASHLAR_EVENT, or register by "
                    "name: registry.on(\"orders.order.placed\", [](const ashlar::Envelope& e) {...})");
      if constexpr (Event<E>) {
        static_assert(
            std::is_invocable_v<std::decay_t<F>&, const E&, const EventContext&> ||
                std::is_invocable_v<std::decay_t<F>&, const E&>,
            "a handler takes the event by const reference, and optionally `const ashlar::EventContext&` second");
        if constexpr (std::is_invocable_v<std::decay_t<F>&, const E&, const EventContext&> ||
                      std::is_invocable_v<std::decay_t<F>&, const E&>) {
          add(id_of<E>(), type_name_of<E>(), detail::typed_handler<E>(std::forward<F>(handler)), std::move(options));
        }
      }
    }
  }

  // Registers a handler by name (`orders.order.placed` is version 1, `orders.order.placed@2` version 2) or by pattern
  // (`*` is exactly one segment, `#` any number, also none; all versions). It receives the envelope, with no include of the
  // emitter's header.
  template <class F>
  void on(std::string_view name_or_pattern, F&& handler, HandlerOptions options = {}) {
    static_assert(std::is_invocable_v<std::decay_t<F>&, const Envelope&>,
                  "a handler registered by name takes `const ashlar::Envelope&`");
    if constexpr (std::is_invocable_v<std::decay_t<F>&, const Envelope&>) {
      add(name_or_pattern, detail::envelope_handler(std::forward<F>(handler)), std::move(options));
    }
  }

  // A consumer of the durable log. `name` is its identity there, as `module.name`, and keeps its position across restarts:
  // [a-z][a-z0-9_]*, unique in the module. Every event that it takes is stored at every publish.
  //   auto revenue = registry.stream("revenue");
  //   revenue.on([this](const OrderPlaced& e) {...}).on([this](const OrderCancelled& e) {...});
  StreamConsumer stream(std::string_view name, StreamOptions options = {}) {
    return StreamConsumer(add_stream(name, std::move(options)));
  }

  // The same with one handler, by type or by name or pattern:
  //   registry.on_stream<OrderPlaced>("audit", {.batch_size = 100}, [this](const OrderPlaced& e) {...});
  //   registry.on_stream("orders.#", "audit", {}, [this](const Envelope& e) {...});
  template <class E, class F>
  void on_stream(std::string_view name, StreamOptions options, F&& handler) {
    static_assert(Event<E>, "on_stream<>() names an event: describe this type with ASHLAR_EVENT");
    if constexpr (Event<E> && detail::HasOneSignature<F>) {
      using First = detail::EventOf<F>;
      static_assert(std::is_same_v<First, E> || std::is_same_v<First, std::span<const DeliveryOf<E>>>,
                    "the handler's first parameter is the event that on_stream<>() names: `const OrderPlaced&`, or "
                    "`std::span<const ashlar::DeliveryOf<OrderPlaced>>` for batches");
    }
    stream(name, std::move(options)).on(std::forward<F>(handler));
  }

  template <class F>
  void on_stream(std::string_view name_or_pattern, std::string_view name, StreamOptions options, F&& handler) {
    stream(name, std::move(options)).on(name_or_pattern, std::forward<F>(handler));
  }

  // Declared events, in the order of their declaration.
  virtual std::optional<EventInfo> find(std::string_view name, int version = 1) const = 0;
  virtual std::vector<EventInfo> events_of(std::string_view module) const = 0;
  virtual std::vector<EventInfo> all() const = 0;

  // The modules of this process, and those that it leaves out; in order of name.
  virtual std::vector<std::string> modules_here() const = 0;
  virtual std::vector<std::string> modules_elsewhere() const = 0;

  // What the modules of this process handle, once all have registered; and those that it leaves out, in order of name, known
  // where a module lets events in.
  virtual std::vector<Handling> handled_here() const = 0;
  virtual std::vector<Handling> handled_elsewhere() const = 0;

  // Whether this host has a durable log, so that stream consumers may be registered.
  virtual bool has_event_log() const = 0;

 protected:
  EventRegistry() = default;
  ~EventRegistry() = default;

 private:
  template <class E>
  static constexpr std::string_view type_name_of() {
    return ashlar::type_name<E>();
  }

  virtual void add(EventId event, std::string_view type, detail::HandlerFunction handler, HandlerOptions options) = 0;
  virtual void add(std::string_view name_or_pattern, detail::HandlerFunction handler, HandlerOptions options) = 0;
  virtual detail::StreamHandlers& add_stream(std::string_view name, StreamOptions options) = 0;
};

}  // namespace ashlar
