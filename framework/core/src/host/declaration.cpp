#include "host/core.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ashlar::detail {
namespace {

class CommandList final : public Commands {
 public:
  CommandList(std::vector<Command>& commands, const std::string& module) : commands_(commands), module_(module) {}

  void add(Command command) override {
    for (const Command& known : commands_) {
      if (known.name == command.name) {
        throw DeclarationError(fmt::format(
            "module '{}' adds command '{}', which is there already: give it a name of its own", module_, command.name));
      }
    }
    commands_.push_back(std::move(command));
  }

 private:
  std::vector<Command>& commands_;
  const std::string& module_;
};

class ModuleDeclaration final : public Declaration {
 public:
  ModuleDeclaration(HostCore& core, ModuleRecord& record)
      : core_(core), record_(record), commands_(record.left_out ? not_offered_ : core.commands, record.name) {}

  void needs_module(std::string_view module) override { add_once(record_.needs_modules, module); }
  void optional() override { record_.optional = true; }
  void background(BackgroundOptions options) override { core_.dispatch.set_background(record_.name, options); }
  Commands& commands() override { return commands_; }
  void lets_events_in() override { record_.lets_events_in = true; }

 private:
  EventDescriptor& add_event(EventDescriptor event) override {
    record_.emits.push_back(event_text(event.id));
    return core_.dispatch.add_event(record_.name, std::move(event));
  }
  void add_upcaster(UpcasterDescriptor upcaster) override {
    core_.dispatch.add_upcaster(record_.name, std::move(upcaster));
  }
  void add_need(std::string_view service) override { add_once(record_.needs, service); }
  void add_wish(std::string_view service) override { add_once(record_.wishes, service); }
  void add_service(std::string_view service) override { add_once(record_.provides, service); }
  void add_configuration(void* options, const Shape& shape) override {
    core_.options.configuration.claim(record_.name, options, shape);
  }

  static void add_once(std::vector<std::string>& list, std::string_view name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.emplace_back(name);
  }

  HostCore& core_;
  ModuleRecord& record_;
  std::vector<Command> not_offered_;
  CommandList commands_;
};

// The routes of a module, which end with it where its start fails.
class ModuleRoutes final : public Routes {
 public:
  ModuleRoutes(HostCore& core, const ModuleRecord& record) : core_(core), record_(record) {}

  void add(std::string method, std::string path, RouteHandler handler) override {
    if (handler) {
      handler = [answers = record_.routes_answer, call = std::move(handler)](const Request& request) {
        if (!*answers) throw HttpError(404, "", "there is nothing at " + request.path);
        return call(request);
      };
    }
    core_.routes().add(std::move(method), std::move(path), std::move(handler));
  }
  void clear() override { core_.routes().clear(); }

 private:
  HostCore& core_;
  const ModuleRecord& record_;
};

class HostedModuleContext final : public ModuleContext {
 public:
  HostedModuleContext(HostCore& core, ModuleRecord& record)
      : core_(core), record_(record), log_(core.options.log, record.name), routes_(core, record) {}

  const std::string& application() const override { return core_.options.name; }
  EventBus& bus() override { return *record_.bus; }
  LiveEvents& live_events() override { return core_.dispatch.live(); }
  const Log& log() const override { return log_; }
  Clock& clock() override { return core_.clock; }
  Routes& routes() override { return routes_; }
  EventInlet& inlet() override {
    if (record_.lets_events_in) return core_.inlet;
    throw Error(
        fmt::format("module '{}' asked for the way in for events from outside, which it does not declare: add "
                    "d.lets_events_in() to its "
                    "declare() (modules/{})",
                    record_.name, record_.name));
  }
  const std::filesystem::path& data_directory() const override { return core_.options.data_directory; }

  void health_check(std::string name, HealthCheck check) override {
    core_.checks.add(record_.name + "/" + name, std::move(check));
  }
  void degraded(std::string reason) override { core_.set_state(record_, ModuleState::degraded, std::move(reason)); }
  void recovered() override { core_.recover(record_); }

 private:
  void* find_service(std::string_view service) override { return core_.find_service(service, &record_); }
  void* find_wished_service(std::string_view service) override { return core_.find_wished_service(service, record_); }
  void add_service(std::string_view service, void* object) override { core_.provide_service(service, object, record_); }

  HostCore& core_;
  ModuleRecord& record_;
  Log log_;
  ModuleRoutes routes_;
};

}  // namespace

void run_declare(HostCore& core, ModuleRecord& record) {
  ModuleDeclaration declaration(core, record);
  record.module->declare(declaration);
}

std::unique_ptr<ModuleContext, void (*)(ModuleContext*)> make_context(HostCore& core, ModuleRecord& record) {
  return {new HostedModuleContext(core, record),
          [](ModuleContext* context) { delete static_cast<HostedModuleContext*>(context); }};
}

}  // namespace ashlar::detail
