#pragma once

#include <ashlar/middleware.hpp>
#include <ashlar/uuid.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace ashlar {

struct IdempotenceOptions {
  std::size_t remembered = 10'000;  // ids for each handler; the oldest are forgotten first
};

// Calls each handler once for an event id, however often an event with that id is published: what arrives twice by HTTP,
// from a file or from a broker. Kept in memory, so a new process has forgotten it. An id counts once its handler has
// returned; while the handler runs, a second call with the id fails, because nobody knows yet how the first one ends.
class Idempotence final : public Middleware {
 public:
  // Throws Error for options that make no sense.
  explicit Idempotence(IdempotenceOptions options = {});

  bool wraps(const HandlerInfo& handler) override;
  void around(const HandlerCall& call, const Next& next) override;

 private:
  struct Ids {
    std::set<Uuid> known;
    std::deque<Uuid> by_age;
    std::set<Uuid> running;
  };
  enum class Turn { first, done, running };
  Turn begin(std::size_t handler, const Uuid& id);
  void end(std::size_t handler, const Uuid& id, Turn how);

  IdempotenceOptions options_;
  std::mutex mutex_;
  std::vector<Ids> ids_;  // by HandlerInfo::number
};

}  // namespace ashlar
