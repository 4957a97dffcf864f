#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ashlar::detail {

// Where in a document a value stands: a chain on the stack that becomes an RFC 6901 pointer only when an error needs it.
class Place {
 public:
  Place() = default;
  Place(const Place& parent, std::string_view key) : parent_(&parent), key_(key), depth_(parent.depth_ + 1) {}
  Place(const Place& parent, std::size_t index)
      : parent_(&parent), index_(index), is_index_(true), depth_(parent.depth_ + 1) {}

  std::string pointer() const;
  std::size_t depth() const { return depth_; }

 private:
  const Place* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool is_index_ = false;
  std::size_t depth_ = 0;
};

// Appends `/key`, escaped as RFC 6901 says; a key from outside that is long or no plain text is shown printable.
void append_to_pointer(std::string& pointer, std::string_view key);

}  // namespace ashlar::detail
