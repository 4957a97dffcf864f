#pragma once

#include "dispatch/dispatch.hpp"
#include "dispatch/inlet.hpp"
#include "dispatch/registry.hpp"
#include "host/bounded_task.hpp"
#include "host/health_checks.hpp"
#include "host/log_shutdown.hpp"
#include "host/module_record.hpp"

#include <ashlar/host.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ashlar::detail {

// What is behind ModuleHost.
class HostCore {
 public:
  explicit HostCore(HostOptions options);
  ~HostCore();

  ModuleRecord& add(std::unique_ptr<Module> module);
  void leave_out(std::unique_ptr<Module> module) { add(std::move(module)).left_out = true; }
  void assemble();
  void prepare();
  void start();
  StopReport stop();
  void wait();
  void request_stop();

  bool running() const;
  bool settle(std::chrono::milliseconds limit);
  HealthReport health();
  HostDescription describe() const;
  EventBus& bus_of(std::string_view module);
  void* find_service(std::string_view service, const ModuleRecord* asker);
  void* find_wished_service(std::string_view service, const ModuleRecord& asker);
  void provide_service(std::string_view service, void* object, const ModuleRecord& provider);
  void set_state(ModuleRecord& record, ModuleState to, std::string reason = {});
  void recover(ModuleRecord& record);

  HostOptions options;
  Clock& clock;
  Log log;
  Dispatch dispatch;
  Registry registry;
  Inlet inlet{dispatch};
  HealthChecks checks;
  Observers<ModuleStateChange> state_changes;
  std::vector<Command> commands;
  Routes& routes() { return *routes_; }

 private:
  struct Service {
    std::size_t provider = 0;
    void* object = nullptr;
  };
  struct Stopping {
    ModuleRecord* record = nullptr;
    std::unique_ptr<BoundedTask> task;
  };
  enum class Phase { made, assembling, assembled, prepared, running, stopping };

  void declare(ModuleRecord& record, std::size_t number);
  void resolve_needs(ModuleRecord& record, std::vector<std::string>& problems);
  void check_services();
  std::string left_out_text(const ModuleRecord& record, std::string_view what, const ModuleRecord& needed) const;
  void prepare_module(ModuleRecord& record);
  void check_provided(const ModuleRecord& record) const;
  void register_handlers();
  void note_handled_elsewhere();
  void check_durable_events(std::vector<std::string>& problems) const;
  bool needs_log() const;
  bool lets_events_in() const;
  void open_log();
  void begin_log();
  void warn_of_deprecated_events() const;
  void start_module(ModuleRecord& record);
  void check_dependencies(const ModuleRecord& record);
  [[noreturn]] void fail_start(ModuleRecord& record, std::string_view what);
  void fail_optional(ModuleRecord& record);
  StopReport take_down();
  static void announce_stop(ModuleRecord& record, StopReport& report);
  void stop_module(ModuleRecord& record, Clock::Steady deadline, StopReport& report);
  void note_stopped(ModuleRecord& record, BoundedTask& task, StopReport& report);
  void await_stragglers(Clock::Steady deadline, StopReport& report);
  void end_last_run();
  void log_failures(const StopReport& report) const;
  Clock::Steady half_way_to(Clock::Steady deadline) const;
  ModuleState state_of(const ModuleRecord& record) const;
  std::vector<std::vector<std::string>> event_cycles() const;
  void watch();

  std::unique_ptr<Routes> no_routes_;
  Routes* routes_;
  std::vector<std::unique_ptr<ModuleRecord>> records_;  // in the order of add()
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::map<std::string, Service, std::less<>> services_;
  std::vector<std::size_t> order_;    // start order, numbers of records
  std::vector<std::size_t> started_;  // in order
  bool drained_ = true;               // no handler runs while the host does not
  bool ended_ = true;                 // nothing of the last run still runs

  mutable std::mutex mutex_;  // guards phase_, stop_requested_, request_followed_
  std::condition_variable changed_;
  Phase phase_ = Phase::made;
  bool stop_requested_ = false;
  bool request_followed_ = false;  // by a stop(), so that it does not end the next run

  std::mutex watch_mutex_;
  std::condition_variable watch_changed_;
  bool watch_ends_ = false;
  std::thread watch_;
  std::vector<Stopping> stopping_;  // whose stop() takes longer than its share
  LogShutdown log_shutdown_;
};

std::unique_ptr<ModuleContext, void (*)(ModuleContext*)> make_context(HostCore& core, ModuleRecord& record);

// Runs Module::declare, and writes what it says into the record and the core.
void run_declare(HostCore& core, ModuleRecord& record);

}  // namespace ashlar::detail
