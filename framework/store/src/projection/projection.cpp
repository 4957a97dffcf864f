#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/store/projection.hpp>
#include <ashlar/store/transaction.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "generation.hpp"
#include "rebuild_lock.hpp"

namespace ashlar::store {

class Projection::State : public std::enable_shared_from_this<Projection::State> {
 public:
  State(DurableLog& log, Store& store, ProjectionPlan plan)
      : log_(log), store_(store), plan_(std::move(plan)), reader_(store_.connect()) {
    Transaction transaction(reader_);
    reader_.execute(
        "CREATE TABLE IF NOT EXISTS ashlar_projection (name TEXT NOT NULL, generation INTEGER NOT NULL,"
        " serving INTEGER NOT NULL, PRIMARY KEY (name, generation)) STRICT, WITHOUT ROWID");
    if (serving(reader_) == 0) make(reader_, 1, Serving::yes);
    transaction.commit();
  }

  std::int64_t serving() {
    const std::lock_guard lock(read_mutex_);
    return serving(reader_);
  }

  DurableLog& log() const { return log_; }
  const std::string& name() const { return plan_.name; }

  LoggedConsumer in_place_of(LoggedConsumer consumer) {
    if (consumer.name != name()) {
      throw Error("projection '" + name() + "' is filled by stream consumer '" + consumer.name +
                  "': give both one name, which is their identity in the log");
    }
    {
      const std::lock_guard lock(handlers_mutex_);
      handlers_ = std::move(consumer);
    }
    // Who rebuilds it clears away itself.
    if (const auto lock = RebuildLock::try_take(store_.file(), plan_.name)) forget_others();
    filled_.store(serving());
    return consumer_of(filled_.load());
  }

  void read(const std::function<void(const ProjectionTables&)>& use) {
    const std::int64_t generation = read_serving(use);
    if (filled_.load() != 0 && filled_.load() != generation) follow();
  }

  bool catch_up(std::chrono::milliseconds limit) { return log_.catch_up(consumer_name(serving()), limit); }

  bool rebuild(const std::stop_token& stop) {
    const std::unique_lock one(rebuild_mutex_, std::try_to_lock);
    if (!one.owns_lock()) {
      throw Error("projection '" + plan_.name + "' is being rebuilt already: wait until that has ended");
    }
    const LogBounds bounds = log_.store().bounds();
    if (bounds.count > 0 ? bounds.first > 1 : bounds.last > 0) {
      throw Error("projection '" + plan_.name + "' cannot be rebuilt: retention has removed the events before " +
                  std::to_string(bounds.count > 0 ? bounds.first : bounds.last + 1) +
                  ", and what they told would be missing from the new tables");
    }
    const auto alone = RebuildLock::take(store_.file(), plan_.name);
    if (alone == nullptr) {
      throw Error("projection '" + plan_.name +
                  "' is being rebuilt already by another process: wait until that has ended");
    }
    forget_others();
    const std::int64_t former = serving();
    const std::int64_t next = former + 1;
    // Of an earlier attempt that failed.
    log_.store().discard({.consumer = consumer_name(next)});
    const LoggedConsumer consumer = consumer_of(next);
    Database database = store_.connect();
    {
      Transaction transaction(database);
      make(database, next, Serving::no);
      transaction.commit();
    }
    try {
      log_.add(consumer);
      if (wait_for(former, next, stop)) {
        switch_over(database, former, next);
        forget_others();
        return true;
      }
    } catch (...) {
      forget_others();
      throw;
    }
    forget_others();
    return false;
  }

 private:
  enum class Serving { no, yes };

  std::string consumer_name(std::int64_t generation) const { return plan_.name + "~" + std::to_string(generation); }

  // 0: none.
  std::int64_t serving(Database& database) const {
    auto row = database.query("SELECT generation FROM ashlar_projection WHERE name = ? AND serving = 1", plan_.name);
    return row.step() ? row.get<std::int64_t>(0) : 0;
  }

  // In one read transaction, since another process may replace the tables meanwhile.
  std::int64_t read_serving(const std::function<void(const ProjectionTables&)>& use) {
    const std::lock_guard lock(read_mutex_);
    struct Reading {
      explicit Reading(Database& reader) : database(reader) { database.execute("BEGIN"); }
      ~Reading() {
        try {
          database.execute("COMMIT");
        } catch (const Error&) {
          // What was to be read said so already.
        }
      }
      Database& database;
    } const reading(reader_);
    const std::int64_t generation = serving(reader_);
    use(ProjectionTables(reader_, generation));
    return generation;
  }

  // Another process has rebuilt the projection: its consumer of the former tables is gone, and this process takes part in
  // filling the new ones. Not while it rebuilds itself, nor while the host does not run.
  void follow() {
    const std::unique_lock one(rebuild_mutex_, std::try_to_lock);
    if (!one.owns_lock()) return;
    const std::int64_t now = serving();
    const std::int64_t former = filled_.exchange(now);
    if (former == now) return;
    try {
      log_.add(consumer_of(now));
    } catch (const Error&) {
      filled_.store(former);
      return;
    }
    log_.remove(consumer_name(former));
  }

  LoggedConsumer consumer_of(std::int64_t generation) {
    LoggedConsumer consumer;
    {
      const std::lock_guard lock(handlers_mutex_);
      consumer = handlers_;
    }
    if (consumer.receiver == nullptr) {
      throw Error("projection '" + plan_.name + "' has no consumer: give it one with filled_by(), and start the host");
    }
    consumer.options.start = StreamStart::first();
    consumer.options.workers = 1;
    consumer.receiver =
        std::make_shared<GenerationReceiver>(this, consumer, store_.connect(), generation,
                                             [weak = weak_from_this()](Database& database, std::int64_t number) {
                                               const auto state = weak.lock();
                                               return state == nullptr || number < state->serving(database);
                                             });
    consumer.name = consumer_name(generation);
    return consumer;
  }

  void make(Database& database, std::int64_t generation, Serving serving) {
    ProjectionTables(database, generation).execute(plan_.schema);
    database.run("INSERT INTO ashlar_projection VALUES (?, ?, ?)", plan_.name, generation,
                 std::int64_t{serving == Serving::yes});
  }

  void drop(Database& database, std::int64_t generation) {
    const ProjectionTables tables(database, generation);
    for (const std::string& table : plan_.tables) tables.execute("DROP TABLE IF EXISTS {" + table + "}");
  }

  // What does not serve: a generation that was replaced, or one whose rebuild was cut short. Its consumer goes before the
  // note of it, so that none is left without one. With the RebuildLock held.
  void forget_others() {
    const std::lock_guard lock(read_mutex_);
    std::vector<std::int64_t> others;
    {
      auto row = reader_.query("SELECT generation FROM ashlar_projection WHERE name = ? AND serving = 0", plan_.name);
      while (row.step()) others.push_back(row.get<std::int64_t>(0));
    }
    for (const std::int64_t generation : others) {
      log_.remove(consumer_name(generation));
      Transaction transaction(reader_);
      drop(reader_, generation);
      reader_.run("DELETE FROM ashlar_projection WHERE name = ? AND generation = ?", plan_.name, generation);
      transaction.commit();
    }
  }

  bool has_caught_up(std::int64_t former, std::int64_t next) {
    std::optional<ConsumerStatus> old;
    std::optional<ConsumerStatus> made;
    for (ConsumerStatus& status : log_.store().consumers()) {
      if (status.name == consumer_name(former)) {
        old = std::move(status);
      } else if (status.name == consumer_name(next)) {
        made = std::move(status);
      }
    }
    if (!made) throw Error("projection '" + plan_.name + "' cannot be rebuilt: its consumer was removed meanwhile");
    if (made->dead > 0) {
      const auto letters = log_.store().dead_letters({.consumer = made->name, .limit = 1});
      throw Error("projection '" + plan_.name + "' cannot be rebuilt: " + std::to_string(made->dead) +
                  " events cannot be counted in" + (letters.empty() ? "" : ", the first because " + letters[0].reason) +
                  "; mend the handler and rebuild again, the former tables serve meanwhile");
    }
    return old ? made->position >= old->position : made->lag == 0;
  }

  bool wait_for(std::int64_t former, std::int64_t next, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      if (has_caught_up(former, next)) return true;
      // By the machine's clock: what it waits for is work, not time.
      stopped.wait_for(lock, stop, std::chrono::milliseconds{20}, [] { return false; });
    }
    return false;
  }

  // While the transaction lasts no other commits, so the two stand still.
  void switch_over(Database& database, std::int64_t former, std::int64_t next) {
    const std::lock_guard lock(read_mutex_);
    Transaction transaction(database);
    database.run("UPDATE ashlar_projection SET serving = (generation = ?) WHERE name = ?", next, plan_.name);
    drop(database, former);
    transaction.commit();
    filled_.store(next);
  }

  DurableLog& log_;
  Store& store_;
  const ProjectionPlan plan_;
  std::atomic<std::int64_t> filled_{0};  // the generation whose consumer this process has; 0: none
  std::mutex rebuild_mutex_;
  std::mutex handlers_mutex_;
  LoggedConsumer handlers_;  // guarded by handlers_mutex_; those of the log's last opening
  std::mutex read_mutex_;    // not taken by the consumers
  Database reader_;          // guarded by read_mutex_
};

Projection::Projection(DurableLog& log, Store& store, ProjectionPlan plan)
    : state_(std::make_shared<State>(log, store, std::move(plan))) {
  state_->log().add_projection(state_->name(), [state = std::weak_ptr(state_)](std::stop_token stop) {
    const auto alive = state.lock();
    return alive != nullptr && alive->rebuild(stop);
  });
}

Projection::~Projection() { state_->log().remove_projection(state_->name()); }

ProjectionConsumer Projection::filled_by(StreamConsumer consumer) {
  consumer.through([this](LoggedConsumer logged) { return in_place_of(std::move(logged)); });
  return {*this, consumer};
}

LoggedConsumer Projection::in_place_of(LoggedConsumer consumer) { return state_->in_place_of(std::move(consumer)); }

void Projection::apply(Delivery& delivery, const std::function<void(const ProjectionTables&)>& change) {
  GenerationReceiver::of_this_call(state_.get()).apply(delivery, change);
}

void Projection::read(const std::function<void(const ProjectionTables& tables)>& use) { state_->read(use); }

bool Projection::catch_up(std::chrono::milliseconds limit) { return state_->catch_up(limit); }

std::int64_t Projection::generation() const { return state_->serving(); }

bool Projection::rebuild(std::stop_token stop) { return state_->rebuild(stop); }

}  // namespace ashlar::store
