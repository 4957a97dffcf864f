#include <ashlar/errors.hpp>
#include <ashlar/store/durable_log.hpp>
#include <atomic>
#include <mutex>
#include <utility>

#include "session.hpp"

namespace ashlar::store {

class DurableLog::State {
 public:
  State(std::function<std::unique_ptr<LogStore>()> make_store, DurableLogOptions options)
      : options_(std::move(options)), make_store_(std::move(make_store)) {}

  LogStore& store() {
    if (LogStore* store = made_.load()) return *store;
    const std::lock_guard lock(making_);
    if (store_ == nullptr) store_ = make_store_();
    made_.store(store_.get());
    return *store_;
  }

  const DurableLogOptions& options() const { return options_; }

  std::shared_ptr<Session> session() const {
    const std::lock_guard lock(mutex_);
    return session_;
  }

  void set_session(std::shared_ptr<Session> session) {
    {
      const std::lock_guard lock(mutex_);
      session_.swap(session);
    }
    // Without the lock: its handlers may want it.
    if (session != nullptr) session->close();
  }

  void set_projection(const std::string& name, Rebuild rebuild) {
    const std::lock_guard lock(mutex_);
    if (rebuild == nullptr) {
      projections_.erase(name);
    } else if (!projections_.emplace(name, std::move(rebuild)).second) {
      throw Error("there are two projections '" + name + "': a name is its identity in the log, so rename one");
    }
  }

  std::map<std::string, Rebuild> projections() const {
    const std::lock_guard lock(mutex_);
    return projections_;
  }

  // What an append says of the store: empty when it was stored.
  void note_full(const std::string& problem) {
    if (problem.empty() && !is_full_.load()) return;
    const std::lock_guard lock(mutex_);
    full_ = problem;
    is_full_.store(!problem.empty());
  }

  std::string full() const {
    const std::lock_guard lock(mutex_);
    return full_.empty() ? "" : "full: " + full_;
  }

 private:
  const DurableLogOptions options_;
  std::function<std::unique_ptr<LogStore>()> make_store_;
  std::atomic<LogStore*> made_{nullptr};
  std::atomic<bool> is_full_{false};

  std::mutex making_;  // of its own, since making a store waits for transactions, inside which the rest is asked for
  std::unique_ptr<LogStore> store_;
  mutable std::mutex mutex_;
  std::string full_;
  std::map<std::string, Rebuild> projections_;
  std::shared_ptr<Session> session_;  // after store_: goes first
};

DurableLog::DurableLog(std::function<std::unique_ptr<LogStore>()> make_store, DurableLogOptions options)
    : state_(std::make_unique<State>(std::move(make_store), std::move(options))) {}

DurableLog::~DurableLog() { state_->set_session(nullptr); }

void DurableLog::open(LogPlan plan) {
  state_->set_session(nullptr);
  state_->set_session(std::make_shared<Session>(state_->store(), state_->options(), std::move(plan)));
}

Stored DurableLog::append(const StoredEvent& event, UnitOfWork* unit) {
  try {
    const std::vector<Stored> stored = state_->store().append({&event, 1}, unit);
    state_->note_full({});
    return stored.at(0);
  } catch (const StoreFull& full) {
    state_->note_full(full.what());
    throw;
  }
}

void DurableLog::append_later(StoredEvent event, Done done) {
  state_->store().append_later(
      std::move(event), [state = state_.get(), done = std::move(done)](const Stored& stored, std::exception_ptr error) {
        std::string problem;
        if (error) {
          try {
            std::rethrow_exception(error);
          } catch (const StoreFull& full) {
            problem = full.what();
          } catch (...) {
            return done(stored, error);
          }
        }
        state->note_full(problem);
        done(stored, error);
      });
}

void DurableLog::begin() {
  if (const auto session = state_->session()) session->begin();
}

bool DurableLog::end(Clock::Steady deadline) {
  const auto session = state_->session();
  return session == nullptr || session->end(deadline);
}

void DurableLog::close() { state_->set_session(nullptr); }

bool DurableLog::settle(std::chrono::milliseconds limit) {
  const auto session = state_->session();
  return session == nullptr || session->settle(limit);
}

bool DurableLog::catch_up(std::string_view consumer, std::chrono::milliseconds limit) {
  const auto session = state_->session();
  return session == nullptr || session->settle(limit, consumer);
}

std::string DurableLog::trouble() const {
  std::string text = state_->full();
  const auto session = state_->session();
  const std::string streams = session == nullptr ? "" : session->trouble();
  if (!text.empty() && !streams.empty()) text += "; ";
  return text + streams;
}

void DurableLog::add(LoggedConsumer consumer) {
  const auto session = state_->session();
  if (session == nullptr) {
    throw Error("stream consumer '" + consumer.name + "' cannot be added: the host does not run");
  }
  session->add(std::move(consumer));
}

void DurableLog::remove(std::string_view consumer) {
  if (const auto session = state_->session()) session->remove(consumer);
  store().remove_consumer(consumer);
}

void DurableLog::add_projection(std::string name, Rebuild rebuild) { state_->set_projection(name, std::move(rebuild)); }

void DurableLog::remove_projection(const std::string& name) { state_->set_projection(name, nullptr); }

std::map<std::string, DurableLog::Rebuild> DurableLog::projections() const { return state_->projections(); }

LogStore& DurableLog::store() { return state_->store(); }

bool DurableLog::cancel(std::int64_t number) { return state_->store().cancel(number); }

std::int64_t DurableLog::schedule(const StoredEvent& event, Time due, UnitOfWork* unit) {
  const std::int64_t number = state_->store().schedule(event, due, unit);
  const auto look = [session = std::weak_ptr(state_->session())] {
    if (const auto open = session.lock()) open->look_for_schedules();
  };
  if (unit != nullptr) {
    unit->after_commit(look);
  } else {
    look();
  }
  return number;
}

}  // namespace ashlar::store
