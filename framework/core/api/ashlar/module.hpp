#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/configuration.hpp>
#include <ashlar/event_bus.hpp>
#include <ashlar/event_inlet.hpp>
#include <ashlar/event_registry.hpp>
#include <ashlar/health.hpp>
#include <ashlar/log.hpp>
#include <ashlar/routes.hpp>
#include <ashlar/shape.hpp>
#include <ashlar/subscription.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

namespace detail {

// What a declaration says of an event type, with what decoding and encoding need; made where a module declares it.
struct EventDescriptor {
  const EventType* type = nullptr;  // null: declared without a C++ type of its own index
  EventId id;
  std::string_view type_name;
  const Shape* data = nullptr;
  void* (*make)() = nullptr;
  void (*destroy)(void*) = nullptr;
  std::function<std::string(const void*)> key{};
  std::string description{};
  std::string routing_key{};
  std::string aggregate_type{};
  bool leaves_the_process = false;
  bool durable = false;
  std::vector<std::string> renamed_from{};
  std::optional<Deprecation> deprecated{};
  std::map<std::string, Deprecation> deprecated_fields{};
};

struct UpcasterDescriptor {
  EventId from;
  EventId to;
  std::string_view from_type;
  std::string_view to_type;
  std::function<std::shared_ptr<void>(const void*)> convert;
};

template <Event E>
EventDescriptor describe_event() {
  return {.type = &event_type<E>,
          .id = id_of<E>(),
          .type_name = type_name<E>(),
          .data = &shape_of<E>,
          .make = []() -> void* { return new E{}; },
          .destroy = [](void* event) { delete static_cast<E*>(event); }};
}

inline std::string key_text(std::string text) { return text; }
inline std::string key_text(const Uuid& id) { return id.to_string(); }
template <std::integral I>
std::string key_text(I number) {
  return std::to_string(number);
}

// Never defined: a call that the compiler must not reach.
void the_event_has_no_member_of_this_name();

}  // namespace detail

// The name of a described member of E; any other text does not compile.
template <Event E>
class FieldOf {
 public:
  consteval FieldOf(const char* name) : name_(name) {
    for (const Field& field : detail::fields_of<E>) {
      if (field.name == name_) return;
    }
    detail::the_event_has_no_member_of_this_name();
  }
  constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

// What emits<E>() returns: says more about the event. Used at once, inside declare().
template <Event E>
class EventDeclaration {
 public:
  explicit EventDeclaration(detail::EventDescriptor& descriptor) : descriptor_(descriptor) {}

  // Events of one key are kept in order by whoever stores or carries them. A string, integer or Uuid member.
  template <class Key>
  EventDeclaration& key(Key E::*member) {
    descriptor_.key = [member](const void* event) { return detail::key_text(static_cast<const E*>(event)->*member); };
    return *this;
  }
  // A bridge, where one is configured, carries it to other processes.
  EventDeclaration& leaves_the_process() {
    descriptor_.leaves_the_process = true;
    return *this;
  }
  // Every publish is stored in the durable log before handlers are called; without this, only those with a unit of work
  // are, those by publish_async, and all of an event that a stream consumer takes.
  EventDeclaration& durable() {
    descriptor_.durable = true;
    return *this;
  }
  // A name that the event had before: what the log holds under it is this event.
  EventDeclaration& renamed_from(std::string name) {
    descriptor_.renamed_from.push_back(std::move(name));
    return *this;
  }
  // One sentence for `describe` and the schema.
  EventDeclaration& described_as(std::string sentence) {
    descriptor_.description = std::move(sentence);
    return *this;
  }
  // Instead of `name` (version 1) or `name.vN`.
  EventDeclaration& routing_key(std::string key) {
    descriptor_.routing_key = std::move(key);
    return *this;
  }
  // What the `aggregate` wire format calls the event's subject; by default the name's entity segment in PascalCase.
  EventDeclaration& aggregate_type(std::string type) {
    descriptor_.aggregate_type = std::move(type);
    return *this;
  }
  // At each start a warning names the handlers that are registered for it, by type or by name; `describe` and the schema
  // say it too: deprecated_since("1.4", "use orders.order.placed@2").
  EventDeclaration& deprecated_since(std::string version, std::string advice) {
    descriptor_.deprecated = {std::move(version), std::move(advice)};
    return *this;
  }
  // The same for one member, named as in ASHLAR_EVENT; `describe` and the schema say it. Who reads a member is known to the
  // compiler alone: [[deprecated]] makes it warn, see ASHLAR_DEPRECATED_BEGIN.
  EventDeclaration& deprecated_field(FieldOf<E> field, std::string version, std::string advice) {
    descriptor_.deprecated_fields[std::string(field.name())] = {std::move(version), std::move(advice)};
    return *this;
  }

 private:
  detail::EventDescriptor& descriptor_;
};

// What a publisher meets whose event finds the queue of a background pool full.
enum class WhenFull {
  wait,        // it waits until there is room; inside a background handler it calls the handler itself, at once
  refuse,      // the new event is the handler's failure, in the report
  drop_oldest  // the oldest one is: it is logged, counted and told to on_handler_failed observers
};

// The threads that run a module's background handlers, and the queue before them.
struct BackgroundOptions {
  std::size_t threads = 1;  // 1 keeps the order of the publishes; more do not
  std::size_t capacity = 1'024;
  WhenFull when_full = WhenFull::wait;
};

// What a module tells the host about itself before anything runs. Handed to Module::declare.
class Declaration {
 public:
  Declaration(const Declaration&) = delete;
  Declaration& operator=(const Declaration&) = delete;

  // This module publishes E, and no other module may.
  template <Event E>
  EventDeclaration<E> emits() {
    return EventDeclaration<E>(add_event(detail::describe_event<E>()));
  }

  // Says what is wrong with a type that is no event.
  template <class T>
  requires(!Event<T>) auto emits() {
    static_assert(Event<T>,
                  "emits<>() names an event: describe this type with ASHLAR_EVENT, beside it and in its namespace");
  }

  // Handlers of `To` also receive events of `From` that arrive as JSON, converted by a plain function. From a version leads
  // one upcaster; where one leads from `To` as well, the event goes on, and so up to the last version. Both are declared,
  // by whatever module. What it throws is a failure in the report, and ends the way there.
  template <Event From, Event To>
  void upcasts(To (*convert)(const From&)) {
    static_assert(id_of<From>().name == id_of<To>().name && id_of<From>().version < id_of<To>().version,
                  "an upcaster converts an event to a later version of the same name");
    add_upcaster({id_of<From>(), id_of<To>(), type_name<From>(), type_name<To>(),
                  [convert](const void* event) -> std::shared_ptr<void> {
                    return std::make_shared<To>(convert(*static_cast<const From*>(event)));
                  }});
  }

  // This module uses a service of another one; its provider starts before it and stops after it.
  template <class Service>
  void needs() {
    add_need(type_name<Service>());
  }

  // The same where somebody provides it, and no error where nobody does.
  template <class Service>
  void may_need() {
    add_wish(type_name<Service>());
  }

  // This module offers a service; it hands over the object in prepare(). One provider for each service.
  template <class Service>
  void provides() {
    add_service(type_name<Service>());
  }

  // Must be there and started before this one, although none of its services is used.
  virtual void needs_module(std::string_view module) = 0;

  // `options` (a described struct that holds the defaults; it outlives the start) is this module's section of the
  // configuration. Filled when prepare() is called.
  template <class Options>
  void configured_by(Options& options) {
    add_configuration(&options, shape_of<Options>);
  }

  // If this module fails to start, the others start without it; what needs it fails.
  virtual void optional() = 0;

  // For handlers with `.run = Run::in_background`; without it they run by the defaults.
  virtual void background(BackgroundOptions options) = 0;

  virtual Commands& commands() = 0;

  // This module is a bridge: it brings events in that others declared (ModuleContext::inlet()).
  virtual void lets_events_in() = 0;

 protected:
  Declaration() = default;
  ~Declaration() = default;

 private:
  virtual detail::EventDescriptor& add_event(detail::EventDescriptor event) = 0;
  virtual void add_upcaster(detail::UpcasterDescriptor upcaster) = 0;
  virtual void add_need(std::string_view service) = 0;
  virtual void add_wish(std::string_view service) = 0;
  virtual void add_service(std::string_view service) = 0;
  virtual void add_configuration(void* options, const Shape& shape) = 0;
};

// What a module works with, from prepare() until it has stopped. The references it gives live as long as the module.
class ModuleContext {
 public:
  ModuleContext(const ModuleContext&) = delete;
  ModuleContext& operator=(const ModuleContext&) = delete;

  // The host's name.
  virtual const std::string& application() const = 0;

  virtual EventBus& bus() = 0;
  virtual LiveEvents& live_events() = 0;
  virtual const Log& log() const = 0;
  virtual Clock& clock() = 0;
  virtual Routes& routes() = 0;

  // For a module that declared lets_events_in(); for others an error.
  virtual EventInlet& inlet() = 0;

  // A folder where the application keeps its files; exists. Shared by all modules: name files after the module.
  virtual const std::filesystem::path& data_directory() const = 0;

  // A service that declare() named with needs<>(); asking for another is an error even where it exists.
  template <class Service>
  Service& service() {
    return *static_cast<Service*>(find_service(type_name<Service>()));
  }

  // A service that declare() named with may_need<>(); null where nobody provides it.
  template <class Service>
  Service* service_if_there() {
    return static_cast<Service*>(find_wished_service(type_name<Service>()));
  }

  // Hands over a service that declare() named with provides<>(); in prepare(). `object` belongs to the module and lives
  // until it is destroyed.
  template <class Service>
  void provide(Service& object) {
    add_service(type_name<Service>(), &object);
  }

  // Adds a check to what `/health/ready` and ModuleHost::health() ask. It runs until the module has stopped.
  virtual void health_check(std::string name, HealthCheck check) = 0;

  // The module works, but not fully; `reason` is shown by health until recovered(). Any thread.
  virtual void degraded(std::string reason) = 0;
  virtual void recovered() = 0;

 protected:
  ModuleContext() = default;
  ~ModuleContext() = default;

 private:
  virtual void* find_service(std::string_view service) = 0;
  virtual void* find_wished_service(std::string_view service) = 0;
  virtual void add_service(std::string_view service, void* object) = 0;
};

// A business unit of the application. A host calls these in the order in which they stand, on the thread that calls
// ModuleHost::start(). Whatever may be called from handlers, routes or checks must bear concurrent calls.
class Module {
 public:
  virtual ~Module() = default;

  // [a-z][a-z0-9_]*; unique in a host; also the name of the configuration's section.
  virtual std::string_view name() const = 0;

  // Says what the module emits, needs, provides and reads from the configuration. Does no work. Called once for every host
  // that the module is in, before all else.
  virtual void declare(Declaration& declaration) = 0;

  // Builds what handlers and services need; the configuration is filled, and the modules whose services it needs are
  // prepared. Publishing is not possible yet. Throwing fails the start. Called again by each start, so it builds anew.
  virtual void prepare(ModuleContext&) {}

  // Handlers registered here are called from the first start() of any module on, possibly before this module's own. It only
  // registers: where a bridge asks what is handled elsewhere, this is called on modules that the process leaves out and that
  // were never prepared; what they register is noted and not kept.
  virtual void register_handlers(EventRegistry&) {}

  // Begins to work: adds routes, may publish. The modules it needs have started. Throwing fails the start; stop() is then
  // not called.
  virtual void start(ModuleContext&) {}

  // The host is about to stop, and waits for running handlers next: those that wait for something else give up now, and
  // what comes from outside comes to its end. Returns soon. Called for modules that have started, in reverse order.
  virtual void stopping() {}

  // Ends what start() began; no handler runs any more, and the modules it needs still work. May throw; the others are
  // stopped all the same. May run on another thread than start().
  virtual void stop() {}
};

// How an application makes a module; the build writes the list of them.
struct ModuleFactory {
  std::string_view name;
  std::unique_ptr<Module> (*make)();
  std::string_view api{};  // a hash of the headers that it offers others
};

// Every module of this executable, in order of name; generated by ashlar_application().
std::vector<ModuleFactory> application_modules();

// The bridges to other processes that this build has, each a module; likewise generated. Configuration says whether they connect.
std::vector<ModuleFactory> application_bridges();

}  // namespace ashlar

// Stands once in a module's sources, outside namespaces: ASHLAR_MODULE(orders, orders::OrdersModule).
#define ASHLAR_MODULE(name, Class)                                                               \
  struct ashlar_place_of_##name {};                                                              \
  static_assert(::ashlar::type_name<ashlar_place_of_##name>() == "ashlar_place_of_" #name,       \
                "ASHLAR_MODULE(" #name                                                           \
                ", ...) stands outside namespaces: write it below the brace that closes yours"); \
  std::unique_ptr<::ashlar::Module> ashlar_make_module_##name();                                 \
  std::unique_ptr<::ashlar::Module> ashlar_make_module_##name() { return std::make_unique<Class>(); }
