#pragma once

#include <ashlar/event.hpp>
#include <ashlar/event_bus.hpp>
#include <ashlar/event_context.hpp>
#include <ashlar/json.hpp>
#include <ashlar/testing/expectation.hpp>
#include <ashlar/testing/printing.hpp>
#include <ashlar/testing/published.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::testing {

// An event as everyone can read it.
struct PublishedEvent {
  Metadata metadata;
  std::string data;  // JSON; what stands in its way where there is none
};

namespace detail {

class Records;

// What a test needs to know of an event type to read and to print it.
struct KnownType {
  EventId id;
  const void* identity;  // of the C++ type
  std::shared_ptr<const void> (*read)(std::string_view json);
  std::string (*write)(const void* event);
};

// Makes the type known to whatever prints events, so that also an event that no one asked for is shown with its data.
const KnownType* remember(const KnownType* type);

template <Event E>
inline constexpr KnownType known_type{
    .id = id_of<E>(),
    .identity = &ashlar::detail::event_type<E>,
    .read = [](std::string_view json) -> std::shared_ptr<const void> {
      return std::make_shared<const E>(from_json<E>(json));
    },
    .write = [](const void* event) { return to_json(*static_cast<const E*>(event)); }};

template <Event E>
inline const KnownType* const remembered_type = remember(&known_type<E>);

template <Event E>
const KnownType& known() {
  return *remembered_type<E>;
}

}  // namespace detail

// What was published, in order of publishing: the questions that RecordingBus and TestHost answer. Any thread, while
// others publish. An event published inside a handler comes after the event that was being handled.
class Recording {
 public:
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  template <Event E>
  Published<E> published() const {
    return Published<E>(events_of(detail::known<E>()));
  }

  // The only event of its type. Throws ashlar::Error, which says what was published instead, where there is none or more
  // than one. Lives until clear().
  template <Event E>
  const E& only() const {
    return *static_cast<const E*>(only(detail::known<E>()));
  }

  // For CHECK(): a failed one prints what was published instead.
  template <Event E>
  Expectation exactly(std::size_t times) const {
    return exactly(detail::known<E>(), times);
  }
  template <Event E>
  Expectation none() const {
    return exactly(detail::known<E>(), 0);
  }

  // These were published in this order; others may stand between them.
  template <Event First, Event Second, Event... More>
  Expectation in_order() const {
    return in_order({&detail::known<First>(), &detail::known<Second>(), &detail::known<More>()...});
  }

  // No event of any type was published.
  Expectation nothing() const;

  // Every event, whatever its type.
  std::vector<PublishedEvent> all() const;

  // All of it for people, an event a line.
  std::string to_string() const;

  // Forgets what was published so far.
  void clear();

 protected:
  Recording();
  ~Recording();

  const std::shared_ptr<detail::Records>& records() const { return records_; }

 private:
  std::vector<detail::RecordedEvent> events_of(const detail::KnownType& type) const;
  const void* only(const detail::KnownType& type) const;
  Expectation exactly(const detail::KnownType& type, std::size_t times) const;
  Expectation in_order(const std::vector<const detail::KnownType*>& types) const;

  std::shared_ptr<detail::Records> records_;
};

}  // namespace ashlar::testing
