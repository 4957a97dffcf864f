#include "library/handlers.hpp"

#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ashlar::rabbitmq {

Handled Handlers::handle(Arrival& arrival) const {
  const Metadata& metadata = arrival.event.metadata;
  bool is_anybodys = arrival.next_handler > 0;
  for (; arrival.next_handler < handlers_.size(); ++arrival.next_handler) {
    const Handler& handler = handlers_[arrival.next_handler];
    if (!selects(handler.event, metadata.name, metadata.version)) continue;
    is_anybodys = true;
    try {
      handler.call(arrival.event, limits_);
    } catch (const Rejected& error) {
      return reject(arrival.incoming, metadata.name, full_message(error));
    } catch (...) {
      return failed(arrival, current_exception_message());
    }
  }
  return is_anybodys ? Handled{} : nobody(arrival);
}

Handled Handlers::nobody(const Arrival& arrival) const {
  if (options_.unhandled == Unhandled::ignore) return {Result::ignored};
  const Metadata& metadata = arrival.event.metadata;
  return reject(arrival.incoming, metadata.name,
                fmt::format("no handler takes '{}', version {}", metadata.name, metadata.version));
}

Handled Handlers::failed(Arrival& arrival, const std::string& reason) const {
  const Metadata& metadata = arrival.event.metadata;
  ++arrival.tries;
  if (arrival.tries >= options_.most_tries) {
    return reject(arrival.incoming, metadata.name,
                  fmt::format("its handler failed {} times: {}", arrival.tries, reason), 1);
  }
  options_.log.warning("a handler failed, and is called again", {{"event", metadata.name},
                                                                 {"event_id", metadata.id.to_string()},
                                                                 {"tries", arrival.tries},
                                                                 {"next_try_in_ms", pause_after(arrival.tries).count()},
                                                                 {"reason", reason}});
  return {Result::again, reason, 1};
}

Handled Handlers::reject(const bridge::Incoming& incoming, std::string_view event, std::string reason,
                         int failures) const {
  options_.log.warning(
      "a message is rejected",
      {{"queue", incoming.queue}, {"message_id", incoming.message.message_id}, {"event", event}, {"reason", reason}});
  return {Result::rejected, std::move(reason), failures};
}

std::chrono::milliseconds Handlers::pause_after(int tries) const {
  std::chrono::milliseconds pause = options_.first_pause;
  for (int i = 1; i < tries && pause < options_.longest_pause; ++i) pause *= 2;
  return std::min(pause, options_.longest_pause);
}

}  // namespace ashlar::rabbitmq
