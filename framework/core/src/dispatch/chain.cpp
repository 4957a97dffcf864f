#include "dispatch/chain.hpp"

#include "dispatch/dispatch.hpp"

namespace ashlar {

namespace detail {

struct ChainedHandler {
  static void call(const Chain& chain, const void* event, const EventContext& context) {
    const HandlerCall call(chain, event, static_cast<const Envelope&>(context));
    Next(call, 0)();
  }
};

void call_through_chain(void* object, const void* event, const EventContext& context) {
  ChainedHandler::call(*static_cast<const Chain*>(object), event, context);
}

std::unique_ptr<Chain> make_chain(Dispatch& dispatch, const std::vector<std::shared_ptr<Middleware>>& middleware,
                                  const Handler& handler, std::size_t number, const std::shared_ptr<LogSink>& sink) {
  const HandlerInfo info{.number = number, .module = handler.module, .name = handler.name, .options = handler.options};
  std::vector<Middleware*> links;
  for (const auto& link : middleware) {
    if (link->wraps(info)) links.push_back(link.get());
  }
  if (links.empty()) return nullptr;
  return std::unique_ptr<Chain>(
      new Chain{dispatch, info, Log(sink, handler.module), handler.function, std::move(links)});
}

}  // namespace detail

const HandlerInfo& HandlerCall::handler() const noexcept { return chain_.info; }

Clock& HandlerCall::clock() const noexcept { return chain_.dispatch.clock(); }

const Log& HandlerCall::log() const noexcept { return chain_.log; }

bool HandlerCall::pause(std::chrono::nanoseconds duration) const { return chain_.dispatch.pause(duration); }

void Next::operator()() const {
  const detail::Chain& chain = call_.chain_;
  if (place_ == chain.links.size()) {
    chain.function.call(chain.function.object.get(), call_.data_, call_.event_);
  } else {
    chain.links[place_]->around(call_, Next(call_, place_ + 1));
  }
}

}  // namespace ashlar
