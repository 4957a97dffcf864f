#include <ashlar/testing/recording_bus.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "records.hpp"

namespace ashlar::testing {

struct RecordingBus::Failures {
  std::mutex mutex;
  std::map<std::string, std::deque<std::string>> messages;  // by event, in the order in which they were asked for
};

RecordingBus::RecordingBus(std::string module, Clock& clock)
    : SinkBus(static_cast<EventSink&>(*this), std::move(module), clock), failures_(std::make_unique<Failures>()) {}

RecordingBus::~RecordingBus() = default;

void RecordingBus::fail(const detail::KnownType& type, std::string message) {
  const std::lock_guard lock(failures_->mutex);
  failures_->messages[detail::event_text(type.id)].push_back(std::move(message));
}

std::vector<HandlerFailure> RecordingBus::take(const ashlar::detail::EventType& type, const void* event,
                                               const Metadata& metadata) {
  records()->add(detail::Record(metadata, &type, std::shared_ptr<const void>(type.copy(event), type.destroy)));
  const std::string name = detail::event_text(type.id);
  const std::lock_guard lock(failures_->mutex);
  auto& messages = failures_->messages[name];
  if (messages.empty()) return {};
  std::string message = std::move(messages.front());
  messages.pop_front();
  return {{.event_id = metadata.id.to_string(),
           .event = name,
           .module = "test",
           .handler = "fail",
           .message = std::move(message)}};
}

}  // namespace ashlar::testing
