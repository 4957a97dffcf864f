#include <ashlar/application.hpp>
#include <ashlar/errors.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>
#include <variant>

#include "application/modules.hpp"
#include "application/sections.hpp"
#include "application/serve.hpp"
#include "application/settings.hpp"
#include "application/temporary_folder.hpp"
#include "command_line/built_in.hpp"
#include "command_line/command_list.hpp"
#include "command_line/parser.hpp"
#include "log_commands/streams_text.hpp"
#include "plugins/plugin_folder.hpp"

namespace ashlar {
namespace ops {
namespace {

enum ExitCode { ok = 0, failure = 1, usage = 2 };

class Run {
 public:
  Run(std::span<const std::string> arguments, Application& application, Surroundings& surroundings,
      const AtDeadline& at_deadline)
      : arguments_(arguments),
        application_(application),
        surroundings_(surroundings),
        at_deadline_(at_deadline),
        common_(read_common_options(application, arguments)) {}

  int operator()() {
    const bool serves = common_.first_word.empty();
    if (!serves) sections_.log.level = LogLevel::warning;
    if (common_.explains_itself || need_of(common_.first_word) == HostNeed::prepared) scratch_.emplace();
    make_host(serves);
    const Call call = read_call();
    if (const auto* help = std::get_if<HelpCall>(&call)) {
      surroundings_.out << help->text << std::flush;
      return ok;
    }
    check(sections_);
    if (common_.print_config) {
      surroundings_.out << host_->print_configuration() << std::flush;
      return ok;
    }
    const auto* command = std::get_if<CommandCall>(&call);
    return command == nullptr ? serve() : run(*command);
  }

 private:
  void make_host(bool serves) {
    HostOptions options{.name = application_.name};
    options.configuration = read_configuration(application_, common_, surroundings_.environment);
    claim(options.configuration, sections_);
    log_ = make_log_sink(sections_.log, surroundings_.err);
    options.log = log_;
    options.data_directory = scratch_ ? scratch_->path() : data_folder(application_, common_);
    options.stop_deadline = serves ? sections_.host.stop_deadline / 2 : sections_.host.stop_deadline;
    options.health_limit = sections_.host.health_limit;
    options.max_depth = sections_.host.max_depth;
    options.routes = &routes_;
    options.middleware = application_.middleware;
    make_store(options);
    host_ = std::make_unique<ModuleHost>(std::move(options));
    add_own_routes(routes_, *host_, [this] { return streams(); });
    if (!sections_.plugins.directory.empty()) {
      load_plugins(sections_.plugins.directory, application_.modules, Log(log_, "plugins"));
    }
    add_modules(*host_, application_.modules, common_.explains_itself ? std::nullopt : common_.modules);
    for (const ModuleFactory& bridge : application_.bridges) host_->add(bridge);
    host_->assemble();
  }

  // Neither makes a file before it is used. Both outlive the host.
  void make_store(HostOptions& options) {
    store_.emplace(store_file(application_, options.data_directory), sections_.store.store_options());
    event_log_ = std::make_shared<store::DurableLog>([this] { return store::make_sqlite_log(*store_); },
                                                     sections_.store.log_options());
    options.services.offer<store::Store>(*store_).offer<store::DurableLog>(*event_log_);
    options.event_log = event_log_;
  }

  Call read_call() {
    if (application_.commands) application_.commands(commands_, *host_);
    for (const Command& command : host_->commands()) commands_.add(command);
    offered_ = commands_.all().size();
    add_built_in_commands(commands_, *host_, *event_log_, [this]() -> store::LogStore& { return log_in_file(); });
    return parse(application_, commands_.all(), offered_, arguments_);
  }

  int serve() {
    make_folder(data_folder(application_, common_));
    const Log log(log_, "http");
    const bool clean =
        ops::serve(application_, *host_, routes_, sections_, log, surroundings_.out, surroundings_.err, at_deadline_);
    return clean ? ok : failure;
  }

  // Empty where nothing was ever stored.
  std::string streams() { return std::filesystem::exists(store_->file()) ? streams_json(event_log_->store()) : ""; }

  // Also while another process runs the application.
  store::LogStore& log_in_file() {
    if (std::filesystem::exists(store_->file())) return event_log_->store();
    throw Error("there is no durable log in " + store_->file().string() + " yet: " + application_.name +
                " makes it when it first stores something; --data names another folder");
  }

  int run(const CommandCall& call) {
    const bool is_built_in = call.command >= commands_.all().data() + offered_;
    const HostNeed need = is_built_in ? need_of(common_.first_word) : HostNeed::started;
    if (need != HostNeed::started) {
      if (need == HostNeed::prepared) host_->prepare();
      return execute(call);
    }
    make_folder(data_folder(application_, common_));
    host_->start();
    int code = failure;
    try {
      code = execute(call);
    } catch (...) {
      stop(*host_, surroundings_.err, at_deadline_);
      throw;
    }
    const bool clean = stop(*host_, surroundings_.err, at_deadline_);
    return clean || code != ok ? code : failure;
  }

  int execute(const CommandCall& call) {
    const int code = call.command->run({.arguments = call.arguments,
                                        .flags = call.flags,
                                        .out = surroundings_.out,
                                        .err = surroundings_.err,
                                        .terminal = surroundings_.terminal});
    if (!surroundings_.out.flush()) throw Error("cannot write the result to the standard output");
    return code;
  }

  std::span<const std::string> arguments_;
  Application& application_;
  Surroundings& surroundings_;
  const AtDeadline& at_deadline_;
  const CommonOptions common_;
  std::optional<TemporaryFolder> scratch_;
  Sections sections_;
  RouteTable routes_;
  std::shared_ptr<LogSink> log_;
  std::optional<store::Store> store_;
  std::shared_ptr<store::DurableLog> event_log_;
  std::unique_ptr<ModuleHost> host_;
  CommandList commands_;
  std::size_t offered_ = 0;  // of them, by the application and its modules
};

void check_name(const Application& application) {
  bool good = !application.name.empty() && application.name.front() >= 'a' && application.name.front() <= 'z';
  for (const char c : application.name) {
    good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
  }
  if (!good) throw Error("'" + application.name + "' is no name for an application: write it as [a-z][a-z0-9_-]*");
}

int run(std::span<const std::string> arguments, Application application, Surroundings surroundings,
        const AtDeadline& at_deadline) {
  std::ostream& err = surroundings.err;
  const std::string who = application.name + ": ";
  try {
    check_name(application);
    return Run(arguments, application, surroundings, at_deadline)();
  } catch (const UsageError& error) {
    err << who << error.what() << std::endl;
    return usage;
  } catch (const ConfigurationError& error) {
    for (const std::string& problem : error.problems()) err << who << problem << "\n";
    err << std::flush;
  } catch (const std::exception& error) {
    err << who << full_message(error) << std::endl;
  } catch (...) {
    err << who << current_exception_message() << std::endl;
  }
  return failure;
}

}  // namespace
}  // namespace ops

int run_application(std::span<const std::string> arguments, Application application, Surroundings surroundings) {
  return ops::run(arguments, std::move(application), std::move(surroundings), [] {});
}

int run_application(int argc, const char* const* argv, Application application) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return ops::run(arguments, std::move(application),
                  {.out = std::cout, .err = std::cerr, .terminal = ::isatty(STDERR_FILENO) == 1}, [] {
                    // Whoever still runs uses what returning from main would destroy.
                    std::cout.flush();
                    std::_Exit(ops::failure);
                  });
}

}  // namespace ashlar
