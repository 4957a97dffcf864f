#pragma once

#include <ashlar/module.hpp>
#include <ashlar/testing/setup.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ashlar::testing {

// Stands in for modules that are not there: declares their events and provides the test's fakes of their services.
class StandIn final : public Module {
 public:
  explicit StandIn(std::string name) : name_(std::move(name)) {}

  void add(detail::Fake fake) { fakes_.push_back(std::move(fake)); }
  void add(detail::StandInEvent event) { events_.push_back(std::move(event)); }

  std::string_view name() const override { return name_; }
  void declare(Declaration& declaration) override {
    for (const auto& fake : fakes_) fake.declare(declaration);
    for (const auto& event : events_) event.declare(declaration);
  }
  void prepare(ModuleContext& context) override {
    for (const auto& fake : fakes_) fake.provide(context);
  }

 private:
  std::string name_;
  std::vector<detail::Fake> fakes_;
  std::vector<detail::StandInEvent> events_;
};

// One for the fakes and one for each domain of the events; none has a name that is in `taken`.
std::vector<std::unique_ptr<Module>> stand_ins(const std::vector<detail::Fake>& fakes,
                                               const std::vector<detail::StandInEvent>& events,
                                               const std::vector<std::string>& taken);

}  // namespace ashlar::testing
