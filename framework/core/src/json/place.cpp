#include "json/place.hpp"

#include "text/printable.hpp"

namespace ashlar::detail {

void append_to_pointer(std::string& pointer, std::string_view key) {
  constexpr std::size_t longest = 200;
  pointer += '/';
  for (const char c : printable(key, longest)) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

std::string Place::pointer() const {
  if (parent_ == nullptr) return {};
  std::string text = parent_->pointer();
  append_to_pointer(text, is_index_ ? std::to_string(index_) : std::string(key_));
  return text;
}

}  // namespace ashlar::detail
