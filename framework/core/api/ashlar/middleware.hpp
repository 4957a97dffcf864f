#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/envelope.hpp>
#include <ashlar/event_registry.hpp>
#include <ashlar/log.hpp>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace ashlar {

namespace detail {
struct Chain;
struct ChainedHandler;
}  // namespace detail

// A handler as middleware knows it, from one start of its host to the next.
struct HandlerInfo {
  std::size_t number = 0;  // from 0 in order of registration; every start counts anew
  std::string_view module;
  std::string_view name;
  const HandlerOptions& options;
};

// One call of a handler on its way through the middleware. Valid only during Middleware::around(), on its thread.
class HandlerCall {
 public:
  HandlerCall(const HandlerCall&) = delete;
  HandlerCall& operator=(const HandlerCall&) = delete;

  const HandlerInfo& handler() const noexcept;

  // Its metadata, and its data as JSON where somebody asks for it.
  const Envelope& event() const noexcept { return event_; }

  // Of the host, and of the handler's module.
  Clock& clock() const noexcept;
  const Log& log() const noexcept;

  // Waits on this thread; false, and at once, when the host is about to stop.
  bool pause(std::chrono::nanoseconds duration) const;

 private:
  friend struct detail::ChainedHandler;
  friend class Next;
  HandlerCall(const detail::Chain& chain, const void* data, const Envelope& event) noexcept
      : chain_(chain), data_(data), event_(event) {}

  const detail::Chain& chain_;
  const void* data_;
  const Envelope& event_;
};

// What is left of the way to the handler, and the handler itself. Throws what the handler throws. May be called any number
// of times: not at all, and the handler counts as called and has done nothing; more than once, and it is called again.
class Next {
 public:
  void operator()() const;

 private:
  friend struct detail::ChainedHandler;
  Next(const HandlerCall& call, std::size_t place) noexcept : call_(call), place_(place) {}

  const HandlerCall& call_;
  std::size_t place_;
};

// Stands around every call of a handler, in the order in which HostOptions::middleware names it; the first is the outermost.
// A whole one of a user's own:
//
//   class Announcing final : public ashlar::Middleware {
//    public:
//     void around(const ashlar::HandlerCall& call, const ashlar::Next& next) override {
//       call.log().info("begins");
//       next();
//       call.log().info("ends");
//     }
//   };
//
// What it throws is the handler's failure. An object of it belongs to one host.
class Middleware {
 public:
  virtual ~Middleware() = default;

  // Asked once for every handler while the host starts. A handler that it does not wrap pays nothing for it.
  virtual bool wraps([[maybe_unused]] const HandlerInfo& handler) { return true; }

  // Instead of the handler: on the handler's thread, by many threads at once.
  virtual void around(const HandlerCall& call, const Next& next) = 0;

 protected:
  Middleware() = default;
  Middleware(const Middleware&) = default;
  Middleware& operator=(const Middleware&) = default;
};

}  // namespace ashlar
