#pragma once

#include "dispatch/plan.hpp"

#include <ashlar/middleware.hpp>
#include <memory>
#include <vector>

namespace ashlar::detail {

class Dispatch;

// A handler with the middleware that wraps it.
struct Chain {
  Dispatch& dispatch;
  HandlerInfo info;
  Log log;
  const HandlerFunction& function;
  std::vector<Middleware*> links;  // outermost first
};

// Asks each of `middleware` whether it wraps the handler; null where none does.
std::unique_ptr<Chain> make_chain(Dispatch& dispatch, const std::vector<std::shared_ptr<Middleware>>& middleware,
                                  const Handler& handler, std::size_t number, const std::shared_ptr<LogSink>& sink);

// What a step calls for such a handler; `object` is the Chain.
void call_through_chain(void* object, const void* event, const EventContext& context);

}  // namespace ashlar::detail
