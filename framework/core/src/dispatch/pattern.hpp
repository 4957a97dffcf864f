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

}  // namespace ashlar
