#include <ashlar/errors.hpp>
#include <ashlar/middleware/idempotence.hpp>

#include <fmt/format.h>

namespace ashlar {

Idempotence::Idempotence(IdempotenceOptions options) : options_(options) {
  if (options_.remembered < 1) throw Error("Idempotence wants to remember at least one id");
}

bool Idempotence::wraps(const HandlerInfo& handler) {
  std::lock_guard lock(mutex_);
  if (ids_.size() <= handler.number) ids_.resize(handler.number + 1);
  return true;
}

Idempotence::Turn Idempotence::begin(std::size_t handler, const Uuid& id) {
  std::lock_guard lock(mutex_);
  Ids& ids = ids_[handler];
  if (ids.known.contains(id)) return Turn::done;
  return ids.running.insert(id).second ? Turn::first : Turn::running;
}

void Idempotence::end(std::size_t handler, const Uuid& id, Turn how) {
  std::lock_guard lock(mutex_);
  Ids& ids = ids_[handler];
  ids.running.erase(id);
  if (how != Turn::done) return;
  ids.known.insert(id);
  ids.by_age.push_back(id);
  if (ids.by_age.size() <= options_.remembered) return;
  ids.known.erase(ids.by_age.front());
  ids.by_age.pop_front();
}

void Idempotence::around(const HandlerCall& call, const Next& next) {
  const std::size_t handler = call.handler().number;
  const Uuid id = call.event().id();
  switch (begin(handler, id)) {
    case Turn::done: call.log().debug("handled before"); return;
    case Turn::running:
      throw Error(fmt::format("handler '{}/{}' is handling event {} just now: publish it again when that has ended",
                              call.handler().module, call.handler().name, id.to_string()));
    case Turn::first: break;
  }
  try {
    next();
  } catch (...) {
    end(handler, id, Turn::first);
    throw;
  }
  end(handler, id, Turn::done);
}

}  // namespace ashlar
