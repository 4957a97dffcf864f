// Events that were published elsewhere.

#include "dispatch/inlet.hpp"

#include "dispatch/dispatch.hpp"
#include "dispatch/stay.hpp"

#include <fmt/format.h>

#include <utility>

namespace ashlar::detail {

void Inlet::let_in(Metadata metadata, std::string data, Done done) {
  dispatch_.let_in(std::move(metadata), std::move(data), std::move(done));
}

void Dispatch::let_in(Metadata metadata, std::string data, EventInlet::Done done) {
  const DeclaredEvent* declared = find_event(EventId{metadata.name, metadata.version});
  if (declared == nullptr) {
    const std::string reference = event_text(EventId{metadata.name, metadata.version});
    throw EventUnknown(
        fmt::format("no module declares event '{}', which came from outside: declare it with d.emits<>(){}", reference,
                    did_you_mean_event(reference)));
  }
  const EventDescriptor& descriptor = declared->descriptor;
  std::shared_ptr<void> event(descriptor.make(), descriptor.destroy);
  from_json(event.get(), *descriptor.data, data, {});

  const Stay stay(*this);
  if (stay.is_refused()) {
    throw PublishRefused(
        fmt::format("event '{}' came from outside while this host takes no events", event_text(descriptor.id)));
  }
  StoredEvent form{.metadata = std::move(metadata), .data = std::move(data)};
  if (form.metadata.key.empty() && descriptor.key) form.metadata.key = descriptor.key(event.get());
  if (form.metadata.correlation_id.empty()) form.metadata.correlation_id = form.metadata.id.to_string();
  StoredCall call{&port_of(*declared), descriptor.type, std::move(event), told_by(form.metadata), Versions::later_too};

  if (!log_door_.exists()) {
    this->call(call);
    return done({}, nullptr);
  }
  background_began();
  try {
    log_door_.opened().append_later(std::move(form), [this, call = std::move(call), done = std::move(done)](
                                                         const Stored& stored, std::exception_ptr error) {
      if (!error && !stored.duplicate) {
        const Stay here(*this, Stay::When::counted);
        this->call(call);
      }
      done(stored, std::move(error));
      background_ended();
    });
  } catch (...) {
    background_ended();
    throw;
  }
}

}  // namespace ashlar::detail
