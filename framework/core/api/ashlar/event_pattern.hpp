#pragma once

#include <string>
#include <string_view>

namespace ashlar {

// `orders.*` or `orders.#`, as against the name of one event.
bool is_pattern(std::string_view text);

// Empty when `pattern` is well formed; otherwise what is wrong with it.
std::string pattern_problem(std::string_view pattern);

// `orders.order.placed@1` is `orders.order.placed`; patterns stay as they are. Throws DeclarationError for what is neither.
std::string normal_event_reference(std::string_view text);

// `*` stands for exactly one segment, `#` for any number of them, also none.
bool matches(std::string_view pattern, std::string_view name);

// Whether what a handler or consumer names (`orders.order.placed`, `orders.order.placed@2`, `orders.#`) is this event; a
// pattern means all versions, a name without one version 1.
bool selects(std::string_view reference_or_pattern, std::string_view name, int version);

// Whether one event can be selected by both references or patterns.
bool overlap(std::string_view a, std::string_view b);

}  // namespace ashlar
