#pragma once

#include "dispatch/background.hpp"
#include "dispatch/frame.hpp"
#include "dispatch/live.hpp"
#include "dispatch/log_door.hpp"
#include "dispatch/observers.hpp"
#include "dispatch/plan.hpp"
#include "dispatch/port.hpp"
#include "dispatch/thread_slots.hpp"

#include <ashlar/event_bus.hpp>
#include <ashlar/event_inlet.hpp>
#include <ashlar/event_sink.hpp>
#include <ashlar/host.hpp>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ashlar::detail {

class PendingState;

class Consumer;

// The events, handlers and plan of one host, and what runs them. Filled by the host while it starts; from open() to close()
// any thread publishes.
//
// How stop() knows that no handler runs, although publishers take no lock: a publisher first raises its thread's depth, then
// reads the table; close() first takes the table away, then looks at the depths. The fences in barrier.hpp see to it that at
// least one of the two notices the other.
class Dispatch {
 public:
  Dispatch(Clock& clock, std::shared_ptr<LogSink> sink, int max_depth,
           std::vector<std::shared_ptr<Middleware>> middleware, std::shared_ptr<EventLog> log);
  ~Dispatch();
  Dispatch(const Dispatch&) = delete;
  Dispatch& operator=(const Dispatch&) = delete;

  EventBus& add_bus(std::string module);
  EventBus* bus_of(std::string_view module);

  // While the host assembles. add_event throws DeclarationError for an event that is declared already, freeze_events for an
  // upcaster that leads nowhere.
  EventDescriptor& add_event(const std::string& module, EventDescriptor event);
  void add_upcaster(const std::string& module, UpcasterDescriptor upcaster);
  void freeze_events();

  // The events of a module that takes no other part.
  void note_left_out(std::string_view module);

  // How a module's background handlers run.
  void set_background(const std::string& module, BackgroundOptions options);

  // While the host starts. connect_consumers() says what is wrong with them, a line each.
  Consumer& add_consumer(std::shared_ptr<Consumer> consumer);
  std::vector<std::string> connect_consumers();
  Handler& add_handler(std::unique_ptr<Handler> handler);
  void remove_handlers();
  void remove_handlers_of(std::string_view module);
  void compile();
  void open();

  // Refuses new publishes from outside, and waits until those that run have ended, their nested ones included; false at
  // the deadline. Afterwards the dispatch may be opened again.
  bool close(Clock::Steady deadline);

  // What the last close() gave up, a sentence for each module.
  std::vector<std::string> take_given_up() { return std::exchange(given_up_, {}); }

  // Until no background handler waits or runs; false at the deadline.
  bool settle(Clock::Steady deadline);

  // How many jobs there have been; none runs now where it is the same before and after a look elsewhere.
  std::uint64_t background_count() const { return background_count_.load(std::memory_order_seq_cst); }

  // The durable log, and whether somebody consumes it.
  LogDoor& log_door() { return log_door_; }
  bool has_consumers() const { return !consumers_.empty(); }

  // The log may know consumers of this module, which registers none in this run.
  void note_absent(std::string_view module);

  // For middleware: waits on this thread; false when the dispatch is closed meanwhile.
  bool pause(std::chrono::nanoseconds duration);
  Clock& clock() { return clock_; }

  // For the pools: a job is taken; it is run on this thread; it is given up. Each job ends in one of the two latter.
  void background_began() {
    background_count_.fetch_add(1, std::memory_order_seq_cst);
    in_background_.fetch_add(1, std::memory_order_seq_cst);
  }
  void background_ended();
  void run_in_background(const BackgroundJob& job) noexcept;
  void give_up_in_background(const BackgroundJob& job, std::string_view why) noexcept;
  const std::map<std::string, std::unique_ptr<BackgroundPool>, std::less<>>& pools() const { return pools_; }

  // What runs now, as `handler 'search/index' of event 'x'`.
  std::vector<std::string> running() const;

  // Names handlers that have been running longer than their threshold; called now and then by the host's watch.
  void watch();

  // For stream consumers: calls `step` on this thread; what it threw, which is logged, counted and told already.
  std::optional<HandlerFailure> run_alone(const Step& step, Frame& frame, int delivery) noexcept;
  void tell(const HandlerFailure& failure);
  ThreadSlot& slot_of_this_thread();
  const Log& log() const { return log_; }
  const Port& port_of(const DeclaredEvent& event) const { return ports_[bus_numbers_.find(event.module)->second]; }
  const Port* port_of(std::string_view module) const;
  const DeclaredEvent* find_event(const EventId& id) const;

  enum class Plans { all, stored, without_patterns, stored_without_patterns };

  template <Plans which = Plans::all>
  Outcome publish(const Port& port, const EventType& type, const void* event, const PublishOptions* options);
  PublishReport publish_json(Port& port, std::string_view event, std::string_view json, const PublishOptions& options);
  Stored publish_in_unit(Port& port, const EventType& type, const void* event, const PublishOptions& options,
                         UnitOfWork& unit);
  Stored publish_json_in_unit(Port& port, std::string_view event, std::string_view json, const PublishOptions& options,
                              UnitOfWork& unit);
  std::int64_t schedule(const Port& port, const EventType& type, const void* event, Time due,
                        const PublishOptions& options, UnitOfWork* unit);
  bool cancel_scheduled(std::int64_t number) { return log_door_.exists() && log_door_.opened().cancel(number); }
  PendingStored publish_async(Port& port, const EventType& type, const void* event, const PublishOptions& options);
  void let_in(Metadata metadata, std::string data, EventInlet::Done done);
  static Outcome give_to_sink(const Port& port, const EventType& type, const void* event,
                              const PublishOptions* options);

  const std::vector<std::unique_ptr<DeclaredEvent>>& events() const { return events_; }
  // Calls `visit` with each; any thread, also while the host starts.
  template <class Visit>
  void each_handler(Visit visit) const {
    std::lock_guard lock(handlers_mutex_);
    for (const auto& handler : handlers_) visit(*handler);
  }
  const DeclaredEvent* find_event(std::string_view reference) const;

  // `; did you mean orders.order.placed?`, or nothing.
  std::string did_you_mean_event(std::string_view reference) const;
  std::vector<HandlerDescription> handlers_of(const DeclaredEvent& event) const;
  LiveSubscriptions& live() { return *live_; }
  Observers<HandlerFailure>& failures() { return failures_; }

  // Whether this thread is inside a handler of this host.
  bool inside() const;

  static std::vector<HandlerOutcome> outcomes(const PublishReport& report);

 private:
  struct Seen {
    std::uint64_t call = 0;
    const Step* step = nullptr;
    Clock::Steady since{};
  };

  // Most publishes are a thread's only one: the way through the plan is compiled for them, and once more for the rest.
  enum class Nesting { none, possible };

  class Stay;

  template <Plans which, Nesting nesting>
  Outcome publish_in(ThreadState& thread, const Port& port, const EventType& type, const void* event,
                     const PublishOptions* options);
  template <Plans which>
  Outcome publish_inside(const Port& port, const EventType& type, const void* event, const PublishOptions* options);

  // Cold: an event that is stored first, or one that is refused. The second is for a thread's only publish and takes what
  // detail::publish() took in its order, so that the hot way moves no register for it.
  Outcome publish_otherwise(ThreadSlot& slot, bool outermost, const Port& port, const EventType& type,
                            const void* event, const PublishOptions* options);
  static Outcome publish_otherwise_alone(const Port& port, const EventType& type, const void* event,
                                         const PublishOptions* options);
  Outcome publish_stored(const Port& port, const EventType& type, const void* event, const Told& told);
  StoredEvent stored_form(const Port& port, const EventType& type, const void* event, const PublishOptions& options);
  enum class Versions { this_one, later_too };  // whether upcasters take the event further
  Stored store_in_unit(Port& port, const EventType& type, const void* event, const PublishOptions& options,
                       UnitOfWork& unit, Versions versions);
  // The handlers of an event that is stored, with the metadata that it has there; inside a Stay.
  struct StoredCall {
    const Port* port = nullptr;
    const EventType* type = nullptr;
    std::shared_ptr<void> event{};
    Told told{};
    Versions versions = Versions::this_one;
  };
  void call(const StoredCall& call) noexcept;
  void call_after_commit(const StoredCall& call) noexcept;
  const DeclaredEvent& find_own_event(const Port& port, std::string_view event) const;
  const EventPlan* find_plan(const EventType& type) const;
  void check_renamed() const;
  LogPlan log_plan() const;

  BackgroundPool& pool_of(const std::string& module);
  void end_background(bool drained);
  void note_time(const Step& step, Clock::Steady before, Clock::Steady after);
  void run_timed(ThreadSlot& slot, const Frame& frame);
  void run_live(ThreadSlot& slot, const Frame& frame);

  // What the step that runs threw; returns the step. Inside the catch block, as those below.
  const Step* record_failure(const Frame& frame) noexcept;
  void record_live_failure(const Frame& frame) noexcept;
  void record(const Frame& frame, const std::string& module, const std::string& handler) noexcept;
  static void keep(Outcome& outcome, HandlerFailure failure);
  void warn_slow(Handler& handler, std::chrono::nanoseconds took, Clock::Steady now);
  const EventPlan* plan_while_draining(const EventType& type) const;
  void leave(ThreadSlot& slot);
  // Leaves `slot` first, where there is one.
  [[noreturn]] void refuse(ThreadSlot* slot, const Port& port, const EventType& type);
  [[noreturn]] void refuse_depth(const Port& port, const Frame& frame) const;
  void connect_upcasters();
  DeclaredEvent& end_of(const DeclaredUpcaster& upcaster, const EventId& id, std::string_view type);
  // `told`: the event is stored, or came from outside, with this metadata; null: it has that of `options`.
  void run_upcaster(const Port& port, const DeclaredEvent& from, const void* value, const PublishOptions& options,
                    const Told* told, PublishReport& report);
  bool idle() const;

  // Hot: read by every publish.
  std::atomic<const PlanTable*> table_;
  std::atomic<bool> attention_;  // a publish that ends looks whether someone waits for it
  ThreadSlots slots_;
  Clock& clock_;
  int max_depth_;

  std::shared_ptr<LogSink> sink_;
  Log log_;
  std::vector<std::shared_ptr<Middleware>> middleware_;
  std::shared_ptr<LiveSubscriptions> live_;
  Observers<HandlerFailure> failures_;
  std::vector<std::unique_ptr<DeclaredEvent>> events_;
  std::unordered_map<std::string, DeclaredEvent*> events_by_reference_;
  std::vector<std::unique_ptr<DeclaredUpcaster>> upcasters_;
  mutable std::mutex
      handlers_mutex_;  // guards the next two and what tables_ holds; not the tables that publishers read
  std::vector<std::unique_ptr<Handler>> handlers_;
  std::vector<std::unique_ptr<Handler>> removed_;  // of modules that failed to start; older tables name them
  std::deque<Port> ports_;
  std::vector<std::unique_ptr<EventBus>> buses_;
  std::unordered_map<std::string, std::size_t> bus_numbers_;
  std::vector<std::unique_ptr<PlanTable>> tables_;   // the newest last; older ones may still be run
  std::atomic<const PlanTable*> draining_{nullptr};  // for events published by handlers that still run
  std::atomic<std::size_t> in_background_{0};        // jobs that wait or run
  std::atomic<std::uint64_t> background_count_{0};
  std::mutex drained_mutex_;
  std::condition_variable drained_;
  bool closing_ = false;
  std::map<std::string, BackgroundOptions, std::less<>> background_options_;   // by module
  std::map<std::string, std::unique_ptr<BackgroundPool>, std::less<>> pools_;  // by module
  std::vector<std::unique_ptr<BackgroundPool>> removed_pools_;                 // as removed_
  std::vector<std::string> given_up_;
  std::unordered_map<const ThreadSlot*, Seen> seen_;  // by the watch alone
  std::vector<std::shared_ptr<Consumer>> consumers_;  // guarded by handlers_mutex_
  std::vector<std::string> absent_;                   // guarded by handlers_mutex_
  LogDoor log_door_;
};

}  // namespace ashlar::detail
