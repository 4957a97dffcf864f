#pragma once

#include <ashlar/health.hpp>
#include <ashlar/testing/expectation.hpp>
#include <ashlar/testing/recording.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>

namespace ashlar::testing {

class TestHost;

// A stimulus, and what is expected of it. It waits without sleeping for what comes later, on whatever thread; what has
// come already costs no time:
//
//   CHECK(host.when([&] { host.post("/orders", cart); })
//             .expect<OrderPlaced>()
//             .expect<OrderShipped>([](const OrderShipped& e) { return e.order_id == "7"; })
//             .none<OrderCancelled>());
//
// Only events published since when() count. The first step that fails decides, the later ones are skipped, and the
// scenario prints what happened instead: what was published, which handlers failed, which modules do not run, and how long
// threads still wait for the virtual clock (one of them is the host's own).
// Used on one thread; the host outlives it.
class [[nodiscard]] Scenario {
 public:
  explicit Scenario(TestHost& host);

  // How long later steps wait at most, in real time. It matters only when they fail.
  Scenario& within(std::chrono::milliseconds patience);

  // The stimulus, run at once on this thread; what it throws comes out of here. Events from before no longer count.
  Scenario& when(const std::function<void()>& stimulus);

  // More of it; the events so far still count. Skipped after a failed step.
  Scenario& then(const std::function<void()>& stimulus);

  // Moves the host's virtual clock. Skipped after a failed step.
  Scenario& advance(std::chrono::milliseconds by);

  // Waits until an event of this type, for which `matches` holds where it is given, has been published.
  template <Event E>
  Scenario& expect() {
    return expect(detail::known<E>(), nullptr);
  }
  template <Event E, std::predicate<const E&> Matches>
  Scenario& expect(Matches matches) {
    return expect(detail::known<E>(), [&](const void* event) { return matches(*static_cast<const E*>(event)); });
  }

  // Waits until the module has this state.
  Scenario& expect_state(std::string_view module, ModuleState state);

  // None has been published so far. Does not wait: say it after a step that does, or where everything is synchronous.
  template <Event E>
  Scenario& none() {
    return none(detail::known<E>());
  }

  explicit operator bool() const noexcept { return failure_.empty(); }
  const std::string& text() const noexcept { return failure_; }
  friend std::ostream& operator<<(std::ostream& out, const Scenario& scenario);

 private:
  Scenario& expect(const detail::KnownType& type, const std::function<bool(const void*)>& matches);
  Scenario& none(const detail::KnownType& type);
  void fail(const std::string& what);

  TestHost* host_;
  std::chrono::milliseconds patience_;
  std::uint64_t since_ = 0;
  std::size_t failures_before_ = 0;
  std::string failure_;
};

}  // namespace ashlar::testing
