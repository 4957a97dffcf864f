#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_bus.hpp>
#include <ashlar/event_context.hpp>
#include <memory>
#include <string>
#include <vector>

namespace ashlar {

// Takes published events instead of handlers; what the testing kit's recording bus is made of.
class EventSink {
 public:
  virtual ~EventSink() = default;

  // `event` is of the type that `type` says and lives only during the call; keep it by type.copy. What is returned becomes
  // the failures of the publisher's report. May be called from several threads at once.
  virtual std::vector<HandlerFailure> take(const detail::EventType& type, const void* event,
                                           const Metadata& metadata) = 0;
};

// A bus of the module `module` whose every event goes to `sink`; both outlive it. publish_json is refused, since a sink
// knows no declarations.
class SinkBus : public EventBus {
 public:
  SinkBus(EventSink& sink, std::string module, Clock& clock = system_clock());
  ~SinkBus();

 private:
  explicit SinkBus(std::unique_ptr<detail::Port> port);
  std::unique_ptr<detail::Port> own_port_;
};

}  // namespace ashlar
