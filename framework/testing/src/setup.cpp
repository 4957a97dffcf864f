#include <algorithm>
#include <ashlar/testing/setup.hpp>
#include <ashlar/testing/test_host.hpp>
#include <iterator>

#include "selection.hpp"
#include "setup_parts.hpp"
#include "stand_ins.hpp"

namespace ashlar::testing {

Setup::Setup(std::vector<ModuleFactory> from) : parts_(std::make_unique<Parts>()) { parts_->from = std::move(from); }

Setup::~Setup() = default;
Setup::Setup(Setup&&) noexcept = default;
Setup& Setup::operator=(Setup&&) noexcept = default;

Setup& Setup::add_fake(detail::Fake fake) {
  parts_->fakes.push_back(std::move(fake));
  return *this;
}

Setup& Setup::add_event(detail::StandInEvent event) {
  parts_->events.push_back(std::move(event));
  return *this;
}

Setup& Setup::add(std::unique_ptr<Module> module) {
  parts_->modules.push_back(std::move(module));
  return *this;
}

Setup& Setup::also(std::string_view module) {
  parts_->wanted.emplace_back(factory_of(module, parts_->from).name);
  return *this;
}

Setup& Setup::without(std::string_view module) {
  parts_->unwanted.emplace_back(factory_of(module, parts_->from).name);
  return *this;
}

Setup& Setup::configuration(std::string yaml) {
  parts_->configuration = std::move(yaml);
  return *this;
}

Setup& Setup::set(std::string path, std::string value) {
  parts_->values.emplace_back(std::move(path), std::move(value));
  return *this;
}

Setup& Setup::real_time() {
  parts_->real_time = true;
  return *this;
}

Setup& Setup::around(std::shared_ptr<Middleware> middleware) {
  return options([middleware = std::move(middleware)](HostOptions& host) { host.middleware.push_back(middleware); });
}

Setup& Setup::options(std::function<void(HostOptions&)> change) {
  parts_->changes.push_back(std::move(change));
  return *this;
}

TestHost Setup::make() { return TestHost(*this); }

TestHost Setup::start() { return TestHost(*this, TestHost::Started{}); }

std::string Setup::domain_of(std::string_view event) { return std::string(event.substr(0, event.find('.'))); }

std::vector<std::unique_ptr<Module>> Setup::Parts::take_modules() {
  std::vector<std::string> faked;
  for (const auto& fake : fakes) faked.emplace_back(fake.service);
  std::vector<std::string> names = wanted;
  if (dependencies == DirectDependencies::come_along) {
    std::vector<std::string> more = direct_dependencies(wanted.front(), from, faked);
    names.insert(names.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [&](const std::string& name) {
    return std::find(unwanted.begin(), unwanted.end(), name) != unwanted.end() ||
           provides_any(factory_of(name, from), faked);
  });

  std::vector<std::unique_ptr<Module>> all;
  for (const std::string& name : names) all.push_back(factory_of(name, from).make());
  for (auto& module : modules) {
    names.emplace_back(module->name());
    all.push_back(std::move(module));
  }
  for (auto& module : stand_ins(fakes, events, names)) all.push_back(std::move(module));
  return all;
}

}  // namespace ashlar::testing
