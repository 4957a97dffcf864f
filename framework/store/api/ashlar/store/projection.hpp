#pragma once

#include <ashlar/event_log.hpp>
#include <ashlar/store/database.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/stream.hpp>
#include <ashlar/stream_consumer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ashlar::store {

// The tables of one generation of a projection, on one connection.
class ProjectionTables {
 public:
  ProjectionTables(Database& database, std::int64_t generation) : database_(database), generation_(generation) {}

  std::int64_t generation() const { return generation_; }

  // SQL with the names of this generation's tables: `SELECT * FROM {analytics_line}` reads `analytics_line_3`.
  std::string sql(std::string_view text) const;

  void execute(std::string_view text) const { database_.execute(sql(text)); }
  template <class... Values>
  std::int64_t run(std::string_view text, const Values&... values) const {
    return database_.run(sql(text), values...);
  }
  template <class... Values>
  Statement query(std::string_view text, const Values&... values) const {
    return database_.query(sql(text), values...);
  }
  Statement prepare(std::string_view text) const { return database_.prepare(sql(text)); }

 private:
  Database& database_;
  std::int64_t generation_;
};

// What a module says of a projection.
struct ProjectionPlan {
  std::string name;                 // of its consumer: `analytics.revenue`
  std::vector<std::string> tables;  // every one that `schema` makes, to be dropped: `analytics_line`
  std::string schema;               // `CREATE TABLE {analytics_line} (…)`, separated by `;`
};

class ProjectionConsumer;

// Tables that follow from the log alone: a stream consumer fills them, counting each event in exactly once. They can be
// filled anew, by a later version of the module for example, while the old ones serve:
//
//   prepare            revenue_.emplace(log, store, {.name = "analytics.revenue", …});
//   register_handlers  revenue_->filled_by(registry.stream("revenue"))
//                          .on([](const OrderPlaced& event, const ProjectionTables& tables) {…});
//   read               revenue_->read([](const ProjectionTables& tables) { … tables.query("… FROM {analytics_line}") … });
//   rebuild            the command `rebuild analytics`, or revenue_->rebuild();
//
// Which generation serves is kept in the same file (table ashlar_projection). A process whose projection another one has
// rebuilt goes over to the new tables when it reads. A rebuild that was cut short is forgotten: the next start removes what it
// left. Any thread; log and store outlive it.
class Projection {
 public:
  // Makes the first generation where there is none. Throws Error.
  Projection(DurableLog& log, Store& store, ProjectionPlan plan);
  ~Projection();
  Projection(const Projection&) = delete;
  Projection& operator=(const Projection&) = delete;

  // The consumer whose handlers fill the tables, from the log's first event on, one at a time.
  ProjectionConsumer filled_by(StreamConsumer consumer);

  // Inside a handler of that consumer: `change` on the tables that this delivery fills, and its ack, in one commit; together
  // with other deliveries. What `change` throws is thrown, and nothing of it happens.
  void apply(Delivery& delivery, const std::function<void(const ProjectionTables& tables)>& change);

  // Calls `use` with the tables that serve, one thread at a time; they stay what they are until it returns.
  void read(const std::function<void(const ProjectionTables& tables)>& use);

  std::int64_t generation() const;

  // Until this process has nothing more to count in, or `limit` is over; false then. Not inside a handler.
  bool catch_up(std::chrono::milliseconds limit = std::chrono::seconds{30});

  // Fills new tables from the first event on; when they have caught up with those that serve, they serve, and the old ones
  // and their consumer are removed. Returns then: true; or false, and everything is as before, when `stop` is requested.
  // Throws Error: another rebuild is under way, or the host does not run. Blocks; not from a handler of the projection.
  bool rebuild(std::stop_token stop = {});

  // What the log is given instead of the consumer that fills it; filled_by() sees to it. `analytics.revenue~3`.
  LoggedConsumer in_place_of(LoggedConsumer consumer);

 private:
  class State;
  std::shared_ptr<State> state_;
};

// Takes handlers `(const E& event, const ProjectionTables& tables)`; what is said of StreamConsumer::on() holds for them, upcasters
// included.
class ProjectionConsumer {
 public:
  ProjectionConsumer(Projection& projection, StreamConsumer consumer)
      : projection_(&projection), consumer_(std::move(consumer)) {}

  template <class F>
  ProjectionConsumer& on(F&& handler) {
    using E = ashlar::detail::EventOf<F>;
    static_assert(std::is_invocable_v<std::decay_t<F>&, const E&, const ProjectionTables&>,
                  "a handler of a projection takes the event and `const ashlar::store::ProjectionTables&`");
    consumer_.on(
        [projection = projection_, handler = std::forward<F>(handler)](const E& event, Delivery& delivery) mutable {
          projection->apply(delivery, [&](const ProjectionTables& tables) { handler(event, tables); });
        });
    return *this;
  }

 private:
  Projection* projection_;
  StreamConsumer consumer_;
};

}  // namespace ashlar::store
