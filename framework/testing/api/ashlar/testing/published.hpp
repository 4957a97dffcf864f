#pragma once

#include <ashlar/event.hpp>
#include <ashlar/event_context.hpp>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace ashlar::testing {

namespace detail {

// An event of a known type with its metadata; both live at least until the recording is cleared.
struct RecordedEvent {
  std::shared_ptr<const void> event;
  std::shared_ptr<const Metadata> metadata;
};

[[noreturn]] void throw_no_such_event(EventId event, std::size_t asked, std::size_t published);

}  // namespace detail

// The events of one type that were published until it was asked for, in order. Its elements are the events themselves; a
// reference to one lives until the recording is cleared or destroyed.
template <Event E>
class [[nodiscard]] Published {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = E;
    using difference_type = std::ptrdiff_t;
    using pointer = const E*;
    using reference = const E&;

    Iterator() = default;
    explicit Iterator(const detail::RecordedEvent* at) : at_(at) {}

    const E& operator*() const { return *static_cast<const E*>(at_->event.get()); }
    const E* operator->() const { return &**this; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const detail::RecordedEvent* at_ = nullptr;
  };

  explicit Published(std::vector<detail::RecordedEvent> events) : events_(std::move(events)) {}

  std::size_t size() const noexcept { return events_.size(); }
  bool empty() const noexcept { return events_.empty(); }

  // Throws ashlar::Error where there are not so many.
  const E& operator[](std::size_t index) const { return *static_cast<const E*>(at(index).event.get()); }
  const E& front() const { return (*this)[0]; }
  const E& back() const { return (*this)[events_.empty() ? 0 : events_.size() - 1]; }

  // Of the event at the same index.
  const Metadata& metadata(std::size_t index) const { return *at(index).metadata; }

  Iterator begin() const { return Iterator(events_.data()); }
  Iterator end() const { return Iterator(events_.data() + events_.size()); }

 private:
  const detail::RecordedEvent& at(std::size_t index) const {
    if (index >= events_.size()) detail::throw_no_such_event(id_of<E>(), index, events_.size());
    return events_[index];
  }

  std::vector<detail::RecordedEvent> events_;
};

}  // namespace ashlar::testing
