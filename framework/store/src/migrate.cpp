#include <ashlar/errors.hpp>
#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <string>

namespace ashlar::store {

namespace {

std::size_t version_of(Database& database, std::string_view module) {
  auto row = database.query("SELECT version FROM ashlar_schema WHERE module = ?", module);
  return row.step() ? row.get<std::size_t>(0) : 0;
}

}  // namespace

void migrate(Database& database, std::string_view module, const std::vector<std::string_view>& steps) {
  Transaction transaction(database);
  database.execute(
      "CREATE TABLE IF NOT EXISTS ashlar_schema (module TEXT PRIMARY KEY, version INTEGER NOT NULL) "
      "STRICT, WITHOUT ROWID");
  const std::size_t version = version_of(database, module);
  if (version > steps.size()) {
    throw Error("the tables of module '" + std::string(module) + "' have version " + std::to_string(version) +
                ", this program knows them up to " + std::to_string(steps.size()) +
                ": run the program that wrote them, or a newer one");
  }
  for (std::size_t i = version; i < steps.size(); ++i) database.execute(steps[i]);
  database.run("INSERT OR REPLACE INTO ashlar_schema (module, version) VALUES (?, ?)", module,
               static_cast<std::int64_t>(steps.size()));
  transaction.commit();
}

}  // namespace ashlar::store
