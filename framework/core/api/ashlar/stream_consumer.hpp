#pragma once

#include <ashlar/envelope.hpp>
#include <ashlar/event.hpp>
#include <ashlar/shape.hpp>
#include <ashlar/stream.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ashlar {

struct LoggedConsumer;

// Makes of a consumer, as the log would get it, the one that the log shall have instead; at each opening of the log.
using Intermediary = std::function<LoggedConsumer(LoggedConsumer)>;

namespace detail {

template <class F>
struct FirstParameter {};
template <class F>
requires requires { &F::operator(); }
struct FirstParameter<F> : FirstParameter<decltype(&F::operator())> {};
template <class R, class C, class A, class... B>
struct FirstParameter<R (C::*)(A, B...)> {
  using type = std::remove_cvref_t<A>;
};
template <class R, class C, class A, class... B>
struct FirstParameter<R (C::*)(A, B...) const> {
  using type = std::remove_cvref_t<A>;
};
template <class R, class A, class... B>
struct FirstParameter<R (*)(A, B...)> {
  using type = std::remove_cvref_t<A>;
};

template <class F>
concept HasOneSignature = requires {
  typename FirstParameter<std::decay_t<F>>::type;
};

template <class F>
using EventOf = typename FirstParameter<std::decay_t<F>>::type;

// The event of a batch handler's first parameter; void for other parameters.
template <class T>
struct BatchEvent {
  using type = void;
};
template <class E>
struct BatchEvent<std::span<const DeliveryOf<E>>> {
  using type = E;
};

// The delivery whose handler this context was given to.
Delivery& delivery_of(const EventContext& context);

// A batch on its way to its handler: the decoded events, where the handler takes them decoded.
struct StreamBatch {
  std::span<Delivery* const> deliveries;
  std::span<const void* const> events;
};

// A stream handler without its type. Where `takes_batches`, `event` is a StreamBatch.
struct StreamFunction {
  std::shared_ptr<void> object;
  void (*call)(void* object, const void* event, const EventContext& context) = nullptr;
  bool takes_batches = false;
};

template <Event E, class F>
inline constexpr bool is_stream_handler =
    std::is_invocable_v<std::decay_t<F>&, const E&, const EventContext&> ||
    std::is_invocable_v<std::decay_t<F>&, const E&, Delivery&> || std::is_invocable_v<std::decay_t<F>&, const E&>;

template <class F>
inline constexpr bool is_batch_handler = std::is_invocable_v<std::decay_t<F>&, std::span<Delivery* const>>;

template <class F>
inline constexpr bool is_envelope_stream_handler = std::is_invocable_v<std::decay_t<F>&, const Envelope&, Delivery&> ||
                                                   std::is_invocable_v<std::decay_t<F>&, const Envelope&>;

template <Event E, class F>
StreamFunction typed_stream_handler(F&& handler) {
  using Handler = std::decay_t<F>;
  return {std::make_shared<Handler>(std::forward<F>(handler)),
          [](void* object, const void* event, [[maybe_unused]] const EventContext& context) {
            Handler& call = *static_cast<Handler*>(object);
            if constexpr (std::is_invocable_v<Handler&, const E&, const EventContext&>) {
              call(*static_cast<const E*>(event), context);
            } else if constexpr (std::is_invocable_v<Handler&, const E&, Delivery&>) {
              call(*static_cast<const E*>(event), delivery_of(context));
            } else {
              call(*static_cast<const E*>(event));
            }
          }};
}

template <class F>
StreamFunction envelope_stream_handler(F&& handler) {
  using Handler = std::decay_t<F>;
  return {std::make_shared<Handler>(std::forward<F>(handler)),
          [](void* object, [[maybe_unused]] const void* event, [[maybe_unused]] const EventContext& context) {
            Handler& call = *static_cast<Handler*>(object);
            if constexpr (is_batch_handler<F>) {
              call(static_cast<const StreamBatch*>(event)->deliveries);
            } else if constexpr (std::is_invocable_v<Handler&, const Envelope&, Delivery&>) {
              call(static_cast<const Envelope&>(context), delivery_of(context));
            } else {
              call(static_cast<const Envelope&>(context));
            }
          },
          is_batch_handler<F>};
}

template <Event E, class F>
StreamFunction batch_stream_handler(F&& handler) {
  using Handler = std::decay_t<F>;
  return {std::make_shared<Handler>(std::forward<F>(handler)),
          [](void* object, const void* event, const EventContext&) {
            const StreamBatch& batch = *static_cast<const StreamBatch*>(event);
            std::vector<DeliveryOf<E>> deliveries;
            deliveries.reserve(batch.deliveries.size());
            for (std::size_t i = 0; i < batch.deliveries.size(); ++i) {
              deliveries.emplace_back(*batch.deliveries[i], *static_cast<const E*>(batch.events[i]));
            }
            (*static_cast<Handler*>(object))(std::span<const DeliveryOf<E>>(deliveries));
          },
          true};
}

// Where a consumer's handlers are kept.
class StreamHandlers {
 public:
  virtual void add(EventId event, std::string_view type, StreamFunction handler) = 0;
  virtual void add(std::string_view name_or_pattern, StreamFunction handler) = 0;
  virtual void set_intermediary(Intermediary intermediary) = 0;

 protected:
  ~StreamHandlers() = default;
};

}  // namespace detail

// A consumer of the durable log, for one or several events, with one position in it. What EventRegistry::stream() returns; used
// at once, inside register_handlers().
//
// Each event goes to one handler: to that of its type or name; if there is none, and upcasters lead from it to a later version
// that has one, to that one, converted; otherwise to the first pattern that fits. Handlers are called on the log's threads,
// one at a time (but see StreamOptions::workers), with the event as it was stored: its own metadata, not that of the delivery.
class StreamConsumer {
 public:
  explicit StreamConsumer(detail::StreamHandlers& handlers) : handlers_(&handlers) {}

  // A handler for the event that its first parameter names:
  //   [](const OrderPlaced& event) {...}, with `const ashlar::EventContext&` or `ashlar::Delivery&` second where wanted;
  //   [](std::span<const ashlar::DeliveryOf<OrderPlaced>> batch) {...}, which must be the consumer's only handler.
  // What does not decode becomes a dead letter, and no handler sees it.
  template <class F>
  StreamConsumer& on(F&& handler) {
    static_assert(detail::HasOneSignature<F>,
                  "a stream handler is a function or lambda with one signature, whose first parameter is the event: "
                  "[](const OrderPlaced& event) {...}; name the event's type instead of `auto`");
    if constexpr (detail::HasOneSignature<F>) {
      using First = detail::EventOf<F>;
      using Batched = typename detail::BatchEvent<First>::type;
      if constexpr (!std::is_void_v<Batched>) {
        static_assert(Event<Batched>, "a batch is of an event: describe its type with ASHLAR_EVENT");
        static_assert(std::is_invocable_v<std::decay_t<F>&, std::span<const DeliveryOf<Batched>>>,
                      "a batch handler takes `std::span<const ashlar::DeliveryOf<OrderPlaced>>` and nothing else");
        if constexpr (Event<Batched> && std::is_invocable_v<std::decay_t<F>&, std::span<const DeliveryOf<Batched>>>) {
          handlers_->add(id_of<Batched>(), type_name<Batched>(),
                         detail::batch_stream_handler<Batched>(std::forward<F>(handler)));
        }
      } else {
        static_assert(Event<First>,
                      "the first parameter of a stream handler must be an event (describe it with ASHLAR_EVENT) or "
                      "`std::span<const ashlar::DeliveryOf<OrderPlaced>>`; by name: on(\"orders.order.placed\", "
                      "[](const ashlar::Envelope& e) {...})");
        if constexpr (Event<First>) {
          static_assert(detail::is_stream_handler<First, F>,
                        "a stream handler takes the event by const reference, and optionally `const "
                        "ashlar::EventContext&` or `ashlar::Delivery&` second");
          if constexpr (detail::is_stream_handler<First, F>) {
            handlers_->add(id_of<First>(), type_name<First>(),
                           detail::typed_stream_handler<First>(std::forward<F>(handler)));
          }
        }
      }
    }
    return *this;
  }

  // A handler by name (`orders.order.placed` is version 1, `orders.order.placed@2` version 2) or by pattern (`*` is exactly one
  // segment, `#` any number, also none; all versions). It takes `const ashlar::Envelope&`, and `ashlar::Delivery&` second where
  // wanted; or `std::span<ashlar::Delivery* const>`, which must be the consumer's only handler. It gets the JSON as stored.
  template <class F>
  StreamConsumer& on(std::string_view name_or_pattern, F&& handler) {
    static_assert(detail::is_envelope_stream_handler<F> || detail::is_batch_handler<F>,
                  "a stream handler registered by name takes `const ashlar::Envelope&`, and optionally "
                  "`ashlar::Delivery&` second; or `std::span<ashlar::Delivery* const>` for batches");
    if constexpr (detail::is_envelope_stream_handler<F> || detail::is_batch_handler<F>) {
      handlers_->add(name_or_pattern, detail::envelope_stream_handler(std::forward<F>(handler)));
    }
    return *this;
  }

  // Puts somebody between the log and these handlers, who passes on what the log delivers: store::Projection does, to count
  // events into tables of several generations.
  StreamConsumer& through(Intermediary intermediary) {
    handlers_->set_intermediary(std::move(intermediary));
    return *this;
  }

 private:
  detail::StreamHandlers* handlers_;
};

}  // namespace ashlar
