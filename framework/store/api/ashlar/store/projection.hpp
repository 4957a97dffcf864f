#pragma once

#include <ashlar/event_log.hpp>
#include <ashlar/store/database.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/stream.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
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

 private:
  Database& database_;
  std::int64_t generation_;
};

// What a module says of a projection: tables that follow from the log alone.
struct ProjectionPlan {
  std::string name;                 // `analytics.revenue`
  std::vector<std::string> events;  // references and patterns, as selects() reads them
  std::vector<std::string> tables;  // every table that `make` makes, to be dropped: `analytics_line`

  // Makes the tables of a generation; in a transaction.
  std::function<void(const ProjectionTables& tables)> make;

  // Counts one event in; in a transaction that also settles it, so exactly once. Throws: nothing of it happens, and it is
  // delivered again. One thread at a time for each generation.
  std::function<void(const ProjectionTables& tables, const Delivery& delivery)> apply;

  StreamOptions options{};  // start and workers aside: from the first event, and with one
};

// Tables that a stream consumer fills. They can be filled anew, by a later version of the module for example, while the old
// ones serve:
//
//   declare   Projection revenue{log, [&] { return store.connect(); }, {.name = "analytics.revenue", …}};
//   consume   plan.consumers.push_back(revenue.consumer());
//   read      revenue.read([](const ProjectionTables& tables) { … tables.query("SELECT … FROM {analytics_line}") … });
//   rebuild   revenue.rebuild();
//
// Which generation serves is kept in the same file (table ashlar_projection). A rebuild that was cut short is forgotten: the
// next start removes what it left. Any thread; the log outlives it, and it outlives the log's consumers.
class Projection {
 public:
  // Makes the first generation where there is none. Throws Error.
  Projection(DurableLog& log, std::function<Database()> connect, ProjectionPlan plan);
  ~Projection();

  // Of the generation that serves: `analytics.revenue~3`. For the plan of a host, at each start.
  LoggedConsumer consumer();

  // Calls `use` with the tables that serve, one thread at a time; they stay what they are until it returns.
  void read(const std::function<void(const ProjectionTables& tables)>& use);

  std::int64_t generation() const;

  // Fills new tables from the first event on; when they have caught up with those that serve, they serve, and the old ones
  // and their consumer are removed. Returns then: true; or false, and everything is as before, when `stop` is requested.
  // Throws Error: another rebuild is under way, or the host does not run. Blocks; not from a handler of the projection.
  bool rebuild(std::stop_token stop = {});

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace ashlar::store
