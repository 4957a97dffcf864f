#include "live_shop.hpp"

#include <algorithm>
#include <ashlar/application.hpp>
#include <ashlar/errors.hpp>
#include <optional>
#include <stdexcept>
#include <vector>

#include "import/import_command.hpp"

namespace {

// `SELECT` of all columns of a table, each row as one text.
std::string rows_of(ashlar::store::Database& database, const std::string& table) {
  std::string columns;
  auto column = database.query("SELECT name FROM pragma_table_info(?)", table);
  while (column.step()) {
    columns += (columns.empty() ? "quote(\"" : " || '|' || quote(\"") + column.get<std::string>(0) + "\")";
  }
  return "SELECT " + columns + " FROM \"" + table + "\"";
}

}  // namespace

LiveShop::LiveShop() {
  auto serves = serves_.get_future();
  thread_ = std::thread([this] { serve(); });
  port_ = serves.get();
  database_ = std::make_unique<ashlar::store::Database>(folder_.path() / "shop.db");
}

LiveShop::~LiveShop() {
  host_->request_stop();
  thread_.join();
}

void LiveShop::serve() {
  const std::vector<std::string> arguments{"--data",      folder_.path().string(), "--set",
                                           "http.port=0", "--log-level",           "off"};
  const int code = ashlar::run_application(
      arguments,
      {.name = "shop",
       .modules = ashlar::application_modules(),
       .commands = [this](ashlar::Commands&, ashlar::ModuleHost& host) { host_ = &host; },
       .what_to_try =
           [this](std::string_view url) {
             serves_.set_value(static_cast<std::uint16_t>(std::stoi(std::string(url.substr(url.rfind(':') + 1)))));
             return std::string();
           }},
      {.out = out_, .err = err_, .environment = [](std::string_view) { return std::nullopt; }});
  if (code != 0 && port_ == 0) serves_.set_exception(std::make_exception_ptr(std::runtime_error(err_.str())));
}

bool LiveShop::import(const std::filesystem::path& folder) {
  std::ostringstream out;
  std::ostringstream err;
  try {
    return shop::import_command(*host_).run(
               {.arguments = {{"dir", folder.string()}}, .flags = {}, .out = out, .err = err}) == 0;
  } catch (const ashlar::Error&) {
    return false;
  }
}

std::string LiveShop::kept() {
  host_->settle();
  std::string all;
  std::vector<std::string> tables;
  auto table = database_->query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND (name NOT LIKE 'ashlar%' OR name = 'ashlar_log' OR"
      " name = 'ashlar_dead_letter') ORDER BY name");
  while (table.step()) tables.push_back(table.get<std::string>(0));
  for (const std::string& name : tables) {
    all += name + "\n";
    auto row = database_->query(rows_of(*database_, name));
    while (row.step()) all += row.get<std::string>(0) + "\n";
  }
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder_.path())) {
    const std::string path = file.path().string();
    if (path.find("shop.db") == std::string::npos) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) all += file + "\n";
  return all;
}
