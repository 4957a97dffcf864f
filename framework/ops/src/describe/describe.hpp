#pragma once

#include <ashlar/host.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar::ops {

// What `describe` shows. The same text for the same sources: no states, times or counters.
std::string describe_text(const HostDescription& host);
std::string describe_json(const HostDescription& host);

// Who receives an event (`orders.order.placed`, all its versions; `orders.order.placed@2`, one), in which order and why.
// Nothing where no module declares it.
std::optional<std::string> explain_text(const HostDescription& host, std::string_view event);
std::optional<std::string> explain_json(const HostDescription& host, std::string_view event);

// `there is no event 'orders.order.plced'; did you mean 'orders.order.placed'?`
std::string no_such_event(const HostDescription& host, std::string_view event);

bool is_left_out(const HostDescription& host, const std::string& module);

// `orders.order.placed`; `orders.order.placed@2` from version 2 on.
std::string event_text(const EventInfo& event);

}  // namespace ashlar::ops
