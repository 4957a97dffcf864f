#pragma once

#include <ashlar/middleware.hpp>

namespace ashlar {

// One line for every call of a handler: `handled`, or `handler failed` with its error, each with the time it took. The line
// is the module's own, at level info, and carries event, id and correlation as every line inside a handler does.
class AccessLog final : public Middleware {
 public:
  void around(const HandlerCall& call, const Next& next) override;
};

}  // namespace ashlar
