#pragma once

#include <array>
#include <ashlar/bridge/wire_format.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "formats/event_name.hpp"
#include "formats/fields.hpp"

namespace ashlar::bridge {

// What the properties and headers of a message say. What the body says is given to these functions; it comes first.
class OutsideOfBody {
 public:
  // Points into both.
  OutsideOfBody(const Message& message, const TypeNames& types);

  const Message& message() const { return message_; }
  const TypeNames& types() const { return types_; }

  // A header as a text; nothing where it is absent or empty.
  std::optional<std::string> header(Member name) const;

  // The event that the type, the header event_type, the routing key or `in_data` names: the first of them that means something.
  EventName name(std::string_view in_data = {}) const;
  int version(const EventName& name, std::optional<int> in_body) const;
  Uuid id(const std::optional<std::string>& in_body) const;
  Time time(std::optional<Time> in_body, Time received) const;

  // Fills the texts that are empty.
  void fill(Metadata& event) const;

 private:
  void fill(std::string& text, Member header, std::string_view property = {}) const;

  const Message& message_;
  const TypeNames& types_;
  std::array<const HeaderValue*, static_cast<std::size_t>(Member::count)> headers_{};
};

}  // namespace ashlar::bridge
