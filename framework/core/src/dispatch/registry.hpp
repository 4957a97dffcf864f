#pragma once

#include "dispatch/dispatch.hpp"

#include <ashlar/event_registry.hpp>
#include <atomic>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ashlar::detail {

// The registry of a host. Looks up what the dispatch declared; registers handlers for the module whose turn it is.
class Registry final : public EventRegistry {
 public:
  explicit Registry(Dispatch& dispatch) : dispatch_(dispatch) {}

  // What module registers from now on, and its place in the start order; end_turn() closes the registry again.
  void begin_turn(std::string_view module, std::size_t order);
  void end_turn();

  // Problems of all registrations so far, one a line each; empties the list.
  std::vector<std::string> take_problems();

  std::optional<EventInfo> find(std::string_view name, int version) const override;
  std::vector<EventInfo> events_of(std::string_view module) const override;
  std::vector<EventInfo> all() const override;
  std::vector<std::string> modules_here() const override { return modules_here_; }
  std::vector<std::string> modules_elsewhere() const override { return modules_elsewhere_; }
  std::vector<Handling> handled_here() const override;
  std::vector<Handling> handled_elsewhere() const override { return handled_elsewhere_; }
  bool has_event_log() const override { return dispatch_.log_door().exists(); }

  // While the host starts, before any module registers.
  void set_modules(std::vector<std::string> here, std::vector<std::string> elsewhere) {
    modules_here_ = std::move(here);
    modules_elsewhere_ = std::move(elsewhere);
  }
  void set_handled_elsewhere(std::vector<Handling> handled) { handled_elsewhere_ = std::move(handled); }

 private:
  void add(EventId event, std::string_view type, HandlerFunction handler, HandlerOptions options) override;
  void add(std::string_view name_or_pattern, HandlerFunction handler, HandlerOptions options) override;
  StreamHandlers& add_stream(std::string_view name, StreamOptions options) override;
  void add(std::string reference, HandlerFunction handler, HandlerOptions options, std::string_view type);
  void check_open(std::string_view reference) const;
  std::string unused_name(const HandlerOptions& options, const std::string& reference);
  void check_declared(const Handler& handler, std::string_view type);

  Dispatch& dispatch_;
  std::string module_;  // empty: closed
  std::size_t order_ = 0;
  std::unordered_set<std::string> names_;  // of this module's handlers
  std::vector<std::string> problems_;
  std::vector<std::string> modules_here_;
  std::vector<std::string> modules_elsewhere_;
  std::vector<Handling> handled_elsewhere_;
};

}  // namespace ashlar::detail
