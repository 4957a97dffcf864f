// The first part of a start: what the modules say of themselves, and whether it fits together.

#include "host/core.hpp"
#include "text/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ashlar::detail {
namespace {

bool is_module_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.find('.') == std::string_view::npos &&
         has_event_name_characters(name);
}

}  // namespace

ModuleRecord& HostCore::add(std::unique_ptr<Module> module) {
  if (phase_ != Phase::made) throw Error("modules are added to a host before it assembles");
  if (!module) {
    throw DeclarationError("a null pointer was added to a host in the place of a module: see what should have made it");
  }
  auto record = std::make_unique<ModuleRecord>();
  record->name = module->name();
  record->module = std::move(module);
  if (!is_module_name(record->name)) {
    throw DeclarationError(
        fmt::format("'{}' is no name for a module: [a-z][a-z0-9_]*, up to 64 characters", record->name));
  }
  if (!numbers_.emplace(record->name, records_.size()).second) {
    throw DeclarationError(fmt::format(
        "two modules are named '{}': a name is a module's identity, so rename one or add it only once", record->name));
  }
  record->bus = &dispatch.add_bus(record->name);
  record->context = make_context(*this, *record);
  return *records_.emplace_back(std::move(record));
}

void HostCore::assemble() {
  if (phase_ == Phase::assembling) throw Error("this host could not be assembled; make a new one");
  if (phase_ != Phase::made) return;
  phase_ = Phase::assembling;
  for (const auto& [name, number] : numbers_) declare(*records_[number], number);
  dispatch.freeze_events();
  for (const auto& record : records_) {
    if (record->left_out) dispatch.note_left_out(record->name);
  }
  options.configuration.check();
  check_services();
  order_ = start_order(records_);
  std::erase_if(order_, [this](std::size_t number) { return records_[number]->left_out; });
  phase_ = Phase::assembled;
}

void HostCore::declare(ModuleRecord& record, std::size_t number) {
  try {
    run_declare(*this, record);
  } catch (const DeclarationError&) {
    throw;
  } catch (...) {
    std::throw_with_nested(StartError(fmt::format("module '{}' failed in declare()", record.name)));
  }
  for (const std::string& service : record.provides) {
    if (options.services.find(service) != nullptr) {
      throw DeclarationError(fmt::format(
          "module '{}' provides service '{}', which the application offers already (HostOptions::services): a service "
          "has one provider, so remove one of them",
          record.name, service));
    }
    const auto [known, added] = services_.try_emplace(service, Service{number, nullptr});
    if (!added) {
      throw DeclarationError(
          fmt::format("modules '{}' and '{}' both provide service '{}': a service has one provider, so remove "
                      "d.provides<{}>() from "
                      "one of them",
                      records_[known->second.provider]->name, record.name, service, service));
    }
  }
}

void HostCore::resolve_needs(ModuleRecord& record, std::vector<std::string>& problems) {
  for (const std::string& service : record.needs) {
    const auto found = services_.find(service);
    if (found != services_.end()) {
      record.depends_on.push_back(found->second.provider);
      continue;
    }
    if (options.services.find(service) != nullptr) continue;
    problems.push_back(
        fmt::format("module '{}' needs service '{}', which no module provides: add the module that "
                    "provides it, or remove d.needs<{}>() (modules/{})",
                    record.name, service, service, record.name));
  }
  for (const std::string& service : record.wishes) {
    const auto found = services_.find(service);
    if (found != services_.end() && !records_[found->second.provider]->left_out) {
      record.depends_on.push_back(found->second.provider);
    }
  }
  for (const std::string& module : record.needs_modules) {
    const auto found = numbers_.find(module);
    if (found != numbers_.end()) {
      record.depends_on.push_back(found->second);
      continue;
    }
    std::vector<std::string_view> names;
    for (const auto& known : records_) names.push_back(known->name);
    problems.push_back(
        fmt::format("module '{}' needs module '{}', which is not there: add it, or remove "
                    "d.needs_module(\"{}\") (modules/{}){}",
                    record.name, module, module, record.name, did_you_mean(module, names)));
  }
  auto& depends_on = record.depends_on;
  std::sort(depends_on.begin(), depends_on.end());
  depends_on.erase(std::unique(depends_on.begin(), depends_on.end()), depends_on.end());
}

void HostCore::check_services() {
  std::vector<std::string> problems;
  std::vector<std::string> of_no_concern;
  for (const auto& record : records_) resolve_needs(*record, record->left_out ? of_no_concern : problems);
  for (const auto& record : records_) {
    if (record->left_out) continue;
    for (const std::string& service : record->needs) {
      const auto found = services_.find(service);
      if (found == services_.end() || !records_[found->second.provider]->left_out) continue;
      const ModuleRecord& provider = *records_[found->second.provider];
      problems.push_back(
          left_out_text(*record, fmt::format("service '{}' of module '{}'", service, provider.name), provider));
    }
    for (const std::string& module : record->needs_modules) {
      const auto found = numbers_.find(module);
      if (found == numbers_.end() || !records_[found->second]->left_out) continue;
      problems.push_back(left_out_text(*record, fmt::format("module '{}'", module), *records_[found->second]));
    }
  }
  if (!problems.empty()) throw StartError(fmt::format("{}", fmt::join(problems, "\n")));
}

// Names everything that has to be added, also what the needed module needs in turn.
std::string HostCore::left_out_text(const ModuleRecord& record, std::string_view what,
                                    const ModuleRecord& needed) const {
  std::vector<const ModuleRecord*> missing{&needed};
  for (std::size_t at = 0; at < missing.size(); ++at) {
    for (const std::size_t number : missing[at]->depends_on) {
      const ModuleRecord* other = records_[number].get();
      if (other->left_out && std::find(missing.begin(), missing.end(), other) == missing.end()) {
        missing.push_back(other);
      }
    }
  }
  std::vector<std::string_view> names;
  for (const ModuleRecord* module : missing) names.push_back(module->name);
  return fmt::format("module '{}' needs {}, which this process leaves out: add {}, or leave out '{}' too", record.name,
                     what, fmt::join(names, ","), record.name);
}

}  // namespace ashlar::detail
