#pragma once

#include <ashlar/event_context.hpp>
#include <ashlar/stored.hpp>
#include <exception>
#include <functional>
#include <string>

namespace ashlar {

// The way in for events that were published elsewhere, in another process or by another program. For bridges: a module that
// says Declaration::lets_events_in() gets it from its context. Any thread, from start() until the host has stopped.
class EventInlet {
 public:
  using Done = std::function<void(const Stored& stored, std::exception_ptr error)>;

  // Takes the event as it is, with its own id, time and source; `data` is JSON. It is stored in the durable log, then its
  // handlers are called, also those of later versions that upcasters lead to; an id that the log has already calls none. In a
  // host without a log the handlers are called at once. What is left empty is made up as for any event: the key by what the
  // event declares, the correlation by its id.
  //
  // `done` is called once, after the handlers, on a thread of the log or inside this call: with what became of the event, or
  // with why it could not be stored, which another try may mend. May wait while too many are on their way. Throws, and then
  // `done` is not called: EventUnknown where no module declares it, JsonError where the data does not fit, PublishRefused where
  // the host takes no events now.
  virtual void let_in(Metadata metadata, std::string data, Done done) = 0;

 protected:
  ~EventInlet() = default;
};

}  // namespace ashlar
