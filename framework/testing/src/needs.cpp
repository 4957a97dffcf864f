#include "needs.hpp"

#include <deque>
#include <utility>

namespace ashlar::testing {
namespace {

class IgnoredCommands final : public Commands {
 public:
  void add(Command) override {}
};

class NeedsReader final : public Declaration {
 public:
  void needs_module(std::string_view module) override { found.modules.emplace_back(module); }
  void optional() override {}
  void background(BackgroundOptions) override {}
  Commands& commands() override { return commands_; }
  void lets_events_in() override {}

  Needs found;

 private:
  ashlar::detail::EventDescriptor& add_event(ashlar::detail::EventDescriptor event) override {
    return events_.emplace_back(std::move(event));
  }
  void add_upcaster(ashlar::detail::UpcasterDescriptor) override {}
  void add_need(std::string_view service) override { found.services.emplace_back(service); }
  void add_wish(std::string_view) override {}
  void add_service(std::string_view service) override { found.provides.emplace_back(service); }
  void add_configuration(void*, const Shape&) override {}

  IgnoredCommands commands_;
  std::deque<ashlar::detail::EventDescriptor> events_;
};

}  // namespace

Needs needs_of(Module& module) {
  NeedsReader reader;
  module.declare(reader);
  return std::move(reader.found);
}

}  // namespace ashlar::testing
