#include "dispatch/frame.hpp"

#include "dispatch/current.hpp"
#include "dispatch/port.hpp"

#include <ashlar/json.hpp>
#include <ashlar/stream_consumer.hpp>

namespace ashlar::detail {

const Uuid& Frame::known_id() const {
  if (!has_id) {
    id_value = options != nullptr && options->id ? *options->id : Uuid::v7(known_time().time_since_epoch().count());
    has_id = true;
  }
  return id_value;
}

Time Frame::known_time() const {
  if (!has_time) {
    time_value = options != nullptr && options->time ? *options->time : plan().owner->clock->now();
    has_time = true;
  }
  return time_value;
}

const std::string& Frame::known_json() const {
  if (json == nullptr) json = new std::string(to_json(event, *plan().event->descriptor.data));
  return *json;
}

// Own options first, then the scopes that were open when it was published, innermost first; and so outwards.
std::string_view Frame::inherited(const Inherited& what) const {
  const CorrelationScope* scope = this_thread.scope;
  const auto opened_inside = [](const CorrelationScope* it, const Frame* frame) {
    for (const Frame* at = it->opened_in_; at != nullptr; at = at->outer) {
      if (at == frame) return true;
    }
    return false;
  };
  for (const Frame* frame = this; frame != nullptr; frame = frame->outer) {
    if (frame->origin == Origin::stored) return StoredFrame::of(*frame).delivery.metadata().*what.stored;
    if (frame->origin == Origin::batch) return {};
    if (frame->options != nullptr && !(frame->options->*what.given).empty()) return frame->options->*what.given;
    if (frame->origin == Origin::told) return {};
    while (scope != nullptr && opened_inside(scope, frame)) scope = scope->outer_;
    for (; scope != nullptr && scope->opened_in_ == frame->outer; scope = scope->outer_) {
      if (!(scope->correlation_.*what.scoped).empty()) return scope->correlation_.*what.scoped;
    }
  }
  return {};
}

std::string Frame::chain() const {
  constexpr int shown_at_each_end = 4;
  std::string text;
  int below = depth;  // counts outwards
  for (const Frame* frame = this; frame != nullptr; frame = frame->outer, --below) {
    const bool shown = below <= shown_at_each_end || below > depth - shown_at_each_end;
    if (shown) {
      text = event_text(frame->event_id()) + (text.empty() ? "" : " -> ") + text;
    } else if (below == shown_at_each_end + 1) {
      text = "… -> " + text;
    }
  }
  return text;
}

Told told_by(const Metadata& metadata) {
  return {{.id = metadata.id,
           .time = metadata.time,
           .correlation_id = metadata.correlation_id,
           .causation_id = metadata.causation_id,
           .tenant_id = metadata.tenant_id,
           .user_id = metadata.user_id},
          metadata.source,
          metadata.key};
}

Delivery& delivery_of(const EventContext& context) { return StoredFrame::of(Frame::of(context)).delivery; }

HandlerFailure describe_failure(const Frame& frame, const std::string& module, const std::string& handler) {
  return {.event_id = frame.known_id().to_string(),
          .event = event_text(frame.event_id()),
          .module = module,
          .handler = handler,
          .message = current_exception_message()};
}

}  // namespace ashlar::detail

namespace ashlar {

using detail::Frame;
using detail::StoredFrame;

std::string_view EventContext::name() const { return Frame::of(*this).event_id().name; }

int EventContext::version() const { return Frame::of(*this).event_id().version; }

const Uuid& EventContext::id() const { return Frame::of(*this).known_id(); }

Time EventContext::time() const { return Frame::of(*this).known_time(); }

std::string_view EventContext::source() const {
  const Frame& frame = Frame::of(*this);
  if (frame.origin == Frame::Origin::stored) return StoredFrame::of(frame).delivery.metadata().source;
  if (frame.origin == Frame::Origin::told) return static_cast<const detail::Told*>(frame.options)->source;
  return frame.plan().event->module;
}

std::string EventContext::correlation_id() const {
  const Frame* frame = &Frame::of(*this);
  const auto known =
      frame->inherited({&PublishOptions::correlation_id, &Correlation::correlation_id, &Metadata::correlation_id});
  if (!known.empty()) return std::string(known);
  while (frame->origin == Frame::Origin::publish && !frame->begins_anew()) frame = frame->outer;
  return frame->known_id().to_string();
}

std::string EventContext::causation_id() const {
  const Frame& frame = Frame::of(*this);
  if (frame.origin == Frame::Origin::stored) return StoredFrame::of(frame).delivery.metadata().causation_id;
  if (frame.options != nullptr && !frame.options->causation_id.empty()) return frame.options->causation_id;
  if (frame.origin != Frame::Origin::publish || frame.begins_anew()) return {};
  return frame.outer->known_id().to_string();
}

std::string_view EventContext::tenant_id() const {
  return Frame::of(*this).inherited({&PublishOptions::tenant_id, &Correlation::tenant_id, &Metadata::tenant_id});
}

std::string_view EventContext::user_id() const {
  return Frame::of(*this).inherited({&PublishOptions::user_id, &Correlation::user_id, &Metadata::user_id});
}

std::string EventContext::key() const {
  const Frame& frame = Frame::of(*this);
  if (frame.origin == Frame::Origin::stored) return StoredFrame::of(frame).delivery.metadata().key;
  if (frame.origin == Frame::Origin::told) return static_cast<const detail::Told*>(frame.options)->key;
  const auto& key = frame.plan().event->descriptor.key;
  return key ? key(frame.event) : std::string();
}

Metadata EventContext::metadata() const {
  return {.id = id(),
          .name = std::string(name()),
          .version = version(),
          .time = time(),
          .source = std::string(source()),
          .correlation_id = correlation_id(),
          .causation_id = causation_id(),
          .tenant_id = std::string(tenant_id()),
          .user_id = std::string(user_id()),
          .key = key()};
}

std::string_view Envelope::data() const {
  const Frame& frame = Frame::of(*this);
  if (frame.origin == Frame::Origin::stored && !StoredFrame::of(frame).is_converted) {
    return StoredFrame::of(frame).delivery.data();
  }
  return frame.known_json();
}

CorrelationScope::CorrelationScope(Correlation correlation)
    : correlation_(std::move(correlation)), outer_(detail::this_thread.scope), opened_in_(detail::this_thread.frame) {
  detail::this_thread.scope = this;
}

CorrelationScope::~CorrelationScope() { detail::this_thread.scope = outer_; }

std::optional<CurrentHandler> current_handler() {
  const Frame* frame = detail::this_thread.frame;
  if (frame == nullptr || frame->slot == nullptr) return std::nullopt;
  const detail::Step* step = frame->slot->running.load(std::memory_order_relaxed);
  if (step == nullptr || step->handler == nullptr) return std::nullopt;
  const detail::Handler& handler = *step->handler;
  if (frame->origin == Frame::Origin::batch) {
    return CurrentHandler{
        .module = handler.module, .handler = handler.name, .event = {}, .event_id = {}, .correlation_id = {}};
  }
  return CurrentHandler{.module = handler.module,
                        .handler = handler.name,
                        .event = frame->event_id().name,
                        .event_id = frame->known_id().to_string(),
                        .correlation_id = frame->correlation_id()};
}

}  // namespace ashlar
