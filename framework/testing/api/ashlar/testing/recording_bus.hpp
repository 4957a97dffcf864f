#pragma once

#include <ashlar/event_sink.hpp>
#include <ashlar/testing/recording.hpp>
#include <memory>
#include <string>
#include <vector>

namespace ashlar::testing {

// The mocked publish: a bus without a host that keeps what it is given. For rules that take `ashlar::EventBus&`:
//
//   RecordingBus bus;
//   OrderBook book{bus};
//   book.place(cart);
//   CHECK(bus.exactly<OrderPlaced>(1));
//   CHECK(bus.published<OrderPlaced>()[0].order_id == "7");
//
// Every event may be published on it. Any thread; outlives what publishes on it.
class RecordingBus final : public Recording, private EventSink, public SinkBus {
 public:
  // `module` is the source in the events' metadata; `clock` outlives the bus.
  explicit RecordingBus(std::string module = "test", Clock& clock = system_clock());
  ~RecordingBus();

  // The next publish of E comes back with a failed handler and this message; the event is recorded all the same. Called
  // twice, the next two do.
  template <Event E>
  void fail(std::string message) {
    fail(detail::known<E>(), std::move(message));
  }

 private:
  struct Failures;

  void fail(const detail::KnownType& type, std::string message);
  std::vector<HandlerFailure> take(const ashlar::detail::EventType& type, const void* event,
                                   const Metadata& metadata) override;

  std::unique_ptr<Failures> failures_;
};

}  // namespace ashlar::testing
