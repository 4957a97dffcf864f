#include <ashlar/errors.hpp>
#include <ashlar/testing/recording.hpp>

#include "records.hpp"

namespace ashlar::testing {
namespace {

std::string times_text(std::size_t times) {
  if (times == 0) return "was not published";
  if (times == 1) return "was published once";
  return "was published " + std::to_string(times) + " times";
}

}  // namespace

namespace detail {

void throw_no_such_event(EventId event, std::size_t asked, std::size_t published) {
  throw Error(event_text(event) + " " + times_text(published) + ", so there is none at index " + std::to_string(asked));
}

}  // namespace detail

Recording::Recording() : records_(std::make_shared<detail::Records>()) {}

Recording::~Recording() = default;

Expectation Recording::nothing() const {
  std::string text = to_string();
  return records_->empty() ? Expectation::met(std::move(text)) : Expectation::failed(std::move(text));
}

std::vector<PublishedEvent> Recording::all() const { return records_->all(); }

std::string Recording::to_string() const { return records_->to_string(); }

void Recording::clear() { records_->clear(); }

std::vector<detail::RecordedEvent> Recording::events_of(const detail::KnownType& type) const {
  return records_->of(type);
}

const void* Recording::only(const detail::KnownType& type) const {
  const std::vector<detail::RecordedEvent> events = records_->of(type);
  if (events.size() == 1) return events.front().event.get();
  throw Error(detail::event_text(type.id) + " " + times_text(events.size()) + ", instead of once; " + to_string());
}

Expectation Recording::exactly(const detail::KnownType& type, std::size_t times) const {
  const std::size_t published = records_->of(type).size();
  std::string text = detail::event_text(type.id) + " " + times_text(published);
  if (published == times) return Expectation::met(std::move(text));
  if (times == 0) {
    text += ", but should not have been; ";
  } else {
    text += times == 1 ? ", instead of once; " : ", instead of " + std::to_string(times) + " times; ";
  }
  return Expectation::failed(text + to_string());
}

Expectation Recording::in_order(const std::vector<const detail::KnownType*>& types) const {
  const std::size_t found = records_->in_order(types);
  if (found == types.size()) return Expectation::met("published in this order");
  std::string text = detail::event_text(types[found]->id) + " was not published";
  if (found > 0) text += " after " + detail::event_text(types[found - 1]->id);
  return Expectation::failed(text + "; " + to_string());
}

}  // namespace ashlar::testing
