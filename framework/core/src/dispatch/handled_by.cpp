#include "dispatch/handled_by.hpp"

#include "dispatch/plan.hpp"

#include <ashlar/event_pattern.hpp>

namespace ashlar::detail {
namespace {

class Listing final : public EventRegistry, private StreamHandlers {
 public:
  std::optional<EventInfo> find(std::string_view, int) const override { return std::nullopt; }
  std::vector<EventInfo> events_of(std::string_view) const override { return {}; }
  std::vector<EventInfo> all() const override { return {}; }
  std::vector<std::string> modules_here() const override { return {}; }
  std::vector<std::string> modules_elsewhere() const override { return {}; }
  std::vector<Handling> handled_here() const override { return {}; }
  std::vector<Handling> handled_elsewhere() const override { return {}; }
  bool has_event_log() const override { return true; }

  std::vector<std::string> handled;

 private:
  void add(EventId event, std::string_view, HandlerFunction, HandlerOptions) override { note(event_text(event)); }
  void add(std::string_view event, HandlerFunction, HandlerOptions) override { note(event); }
  StreamHandlers& add_stream(std::string_view, StreamOptions) override { return *this; }
  void add(EventId event, std::string_view, StreamFunction) override { note(event_text(event)); }
  void add(std::string_view event, StreamFunction) override { note(event); }
  void set_intermediary(Intermediary) override {}

  void note(std::string_view event) { handled.push_back(normal_event_reference(event)); }
};

}  // namespace

std::vector<std::string> handled_by(Module& module) {
  Listing listing;
  module.register_handlers(listing);
  return std::move(listing.handled);
}

}  // namespace ashlar::detail
