#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event.hpp>
#include <ashlar/uuid.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar {

namespace detail {
struct Frame;
}

// Everything known about a published event beside its data, as values of one's own.
struct Metadata {
  Uuid id{};
  std::string name;
  int version = 1;
  Time time{};
  std::string source;          // the publishing module
  std::string correlation_id;  // of the request or chain it belongs to; the first event's id where nobody set one
  std::string causation_id;    // id of the event in whose handler it was published; empty outside handlers
  std::string tenant_id;       // empty: none
  std::string user_id;         // empty: none
  std::string key;             // what Declaration's key() names; empty: none
};

// What publish() is told beyond the event; whatever is left empty is inherited or made up as Metadata says.
struct PublishOptions {
  std::optional<Uuid> id{};
  std::optional<Time> time{};
  std::string correlation_id{};
  std::string causation_id{};
  std::string tenant_id{};
  std::string user_id{};
};

// The metadata of the event being handled. Computed when asked for and the same for every handler of one publish; what
// no one asks for costs nothing. Valid only during the handler's call, on its thread.
class EventContext {
 public:
  EventContext(const EventContext&) = delete;
  EventContext& operator=(const EventContext&) = delete;

  std::string_view name() const;
  int version() const;
  const Uuid& id() const;
  Time time() const;
  std::string_view source() const;
  std::string correlation_id() const;
  std::string causation_id() const;
  std::string_view tenant_id() const;
  std::string_view user_id() const;
  std::string key() const;
  Metadata metadata() const;

 private:
  friend class Envelope;
  EventContext() = default;
  ~EventContext() = default;
};

struct Correlation {
  std::string correlation_id{};
  std::string tenant_id{};
  std::string user_id{};
};

// While it lives, events published on this thread carry what it holds; scopes nest, an inner one overrides what it names.
// A route handler opens one from its request, for example. Destroyed on its own thread, in reverse order.
class CorrelationScope {
 public:
  explicit CorrelationScope(Correlation correlation);
  ~CorrelationScope();
  CorrelationScope(const CorrelationScope&) = delete;
  CorrelationScope& operator=(const CorrelationScope&) = delete;

  const Correlation& correlation() const noexcept { return correlation_; }

 private:
  friend struct detail::Frame;

  Correlation correlation_;
  const CorrelationScope* outer_;
  const detail::Frame* opened_in_;  // the publish in whose handler it was opened
};

}  // namespace ashlar
