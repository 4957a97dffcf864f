#pragma once

#include <ashlar/middleware.hpp>
#include <ashlar/testing/expectation.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace ashlar::testing {

// Faults that a test puts into the way of handlers:
//
//   const auto faults = std::make_shared<Faults>();
//   TestHost shop = TestHost::with_all().around(faults).start();
//   faults->fail("search/catalog.item.added");
//
// `handler` is `module/handler`, or `module` for each of its handlers. What is asked for happens to the next calls, in the
// order in which it was asked for, one fault for each call; afterwards the handler works as before. Any thread.
class Faults final : public Middleware {
 public:
  // The handler is not called and throws a std::runtime_error with this message instead.
  void fail(std::string handler, std::string message = "a fault of the test", int times = 1);

  // The handler is not called, and nobody hears of it.
  void drop(std::string handler, int times = 1);

  // The handler is called twice with the same event.
  void duplicate(std::string handler, int times = 1);

  // The handler is called later, by the host's clock, while its publisher waits.
  void delay(std::string handler, std::chrono::milliseconds by, int times = 1);

  // Whether everything that was asked for has happened; one that fails names what has not.
  Expectation all_happened() const;

  void around(const HandlerCall& call, const Next& next) override;

 private:
  enum class Kind { fail, drop, duplicate, delay };
  struct Fault {
    Kind kind = Kind::fail;
    std::string message{};
    std::chrono::milliseconds by{0};
  };

  void add(std::string handler, int times, Fault fault);
  bool take(const std::string& handler, Fault& fault);
  static std::string_view name_of(Kind kind);

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Fault>, std::less<>> faults_;  // by handler or module
};

}  // namespace ashlar::testing
