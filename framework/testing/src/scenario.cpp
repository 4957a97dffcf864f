#include <ashlar/testing/scenario.hpp>
#include <ashlar/testing/test_host.hpp>
#include <ostream>

#include "records.hpp"
#include "test_host_state.hpp"

namespace ashlar::testing {

Scenario::Scenario(TestHost& host)
    : host_(&host),
      patience_(std::chrono::seconds{10}),
      since_(host.records()->next_arrival()),
      failures_before_(host.failures().size()) {}

Scenario& Scenario::within(std::chrono::milliseconds patience) {
  patience_ = patience;
  return *this;
}

Scenario& Scenario::when(const std::function<void()>& stimulus) {
  since_ = host_->records()->next_arrival();
  failures_before_ = host_->failures().size();
  return then(stimulus);
}

Scenario& Scenario::then(const std::function<void()>& stimulus) {
  if (failure_.empty()) stimulus();
  return *this;
}

Scenario& Scenario::advance(std::chrono::milliseconds by) {
  return then([&] { host_->advance(by); });
}

Scenario& Scenario::expect(const detail::KnownType& type, const std::function<bool(const void*)>& matches) {
  if (!failure_.empty() || host_->records()->wait_for(type, matches, since_, patience_)) return *this;
  const std::string name = detail::event_text(type.id);
  const std::string within = " within " + std::to_string(patience_.count()) + "ms";
  const std::size_t others = host_->records()->of(type, since_).size();
  if (others == 0) {
    fail(name + " did not come" + within);
  } else {
    fail("no " + name + " that matches came" + within + ", although " + std::to_string(others) + " did");
  }
  return *this;
}

Scenario& Scenario::none(const detail::KnownType& type) {
  if (!failure_.empty() || host_->records()->of(type, since_).empty()) return *this;
  fail(detail::event_text(type.id) + " was published, but should not have been");
  return *this;
}

Scenario& Scenario::expect_state(std::string_view module, ModuleState state) {
  if (!failure_.empty()) return *this;
  // Asked for first, so that a module which is not there is an error at once.
  if (host_->state(module) == state || host_->state_->happenings->wait_for(module, state, patience_)) return *this;
  fail("module '" + std::string(module) + "' was not " + std::string(to_string(state)) + " within " +
       std::to_string(patience_.count()) + "ms, but " + std::string(to_string(host_->state(module))));
  return *this;
}

void Scenario::fail(const std::string& what) {
  const TestHost::State& state = *host_->state_;
  failure_ = what + "; " + host_->records()->to_string(since_) + "\n" +
             state.happenings->failures_text(failures_before_) + "\n" + state.happenings->not_running_text();
  if (!state.real_time) failure_ += "\n" + state.clock.waiting_text();
}

std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
  return out << (scenario.failure_.empty() ? "everything came as expected" : scenario.failure_);
}

}  // namespace ashlar::testing
