#include "import/import_command.hpp"

#include <atomic>
#include <chrono>
#include <ostream>
#include <string>

#include "import/conflicts.hpp"
#include "import/data_set.hpp"
#include "import/play.hpp"
#include "import/progress_bar.hpp"

namespace shop {

namespace {

constexpr std::chrono::minutes longest_wait{10};

std::string news(const Tally& all, const Tally& fresh) {
  if (fresh == all) return "all new";
  if (fresh == Tally{}) return "all there already, nothing changed";
  return "new among them " + to_string(fresh);
}

int run(ashlar::ModuleHost& host, const ashlar::CommandLine& line) {
  const DataSet data = read_data_set(line.argument("dir"));
  const Shop shop{host.service<users::Registration>(), host.service<catalog::Items>(),
                  host.service<inventory::Receiving>(), host.service<orders::Orders>()};
  check_against(data, shop);

  std::atomic<std::size_t> failures = 0;
  const auto counting = host.on_handler_failed([&failures](const ashlar::HandlerFailure&) { ++failures; });
  Tally fresh;
  {
    ProgressBar bar(line.err, line.terminal);
    fresh = play(data, shop, [&bar](std::size_t done, std::size_t total) { bar.show(done, total); });
  }
  // What the log's consumers make of it is there when this says so.
  if (!host.settle(longest_wait))
    line.err << "what was imported is not read to its end yet; the shop goes on with it\n";
  const Tally all = count(data);
  line.out << to_string(all) << ": " << news(all, fresh) << '\n';
  if (failures == 0) return 0;
  line.err << failures << " handlers failed on the way; the log names them\n";
  return 1;
}

}  // namespace

ashlar::Command import_command(ashlar::ModuleHost& host) {
  return {.name = "import",
          .summary = "Plays customers, products and orders from CSV files in Northwind's format, in order of date",
          .arguments = {{"dir", "The folder of customers.csv, products.csv, orders.csv and order-details.csv"}},
          .run = [&host](const ashlar::CommandLine& line) { return run(host, line); }};
}

}  // namespace shop
