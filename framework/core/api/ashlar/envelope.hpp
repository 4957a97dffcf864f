#pragma once

#include <ashlar/event_context.hpp>
#include <ashlar/json.hpp>
#include <string_view>

namespace ashlar {

// An event for a handler that does not know its type: metadata, and the data as JSON. The JSON is made when data() is
// first called and shared by all handlers of one publish. Valid only during the handler's call.
class Envelope : public EventContext {
 public:
  std::string_view data() const;

  // The data read into a described struct of the handler's own; members it does not name are ignored. Throws JsonError.
  template <class T>
  T as() const {
    return from_json<T>(data());
  }

 private:
  friend struct detail::Frame;
  Envelope() = default;
  ~Envelope() = default;
};

}  // namespace ashlar
