// Measures the durable log beside its rivals, in one run and in turns: raw SQLite, and NATS JetStream where a port is given.
//
// usage: log_bench FOLDER [--nats PORT] [--large] [--only one|many|consuming|way|consumers|backlog]
//
// Prints one line `name value` for each figure; log_table.py compares them. FOLDER is on the disk that is measured.

#include "log_bench.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace bench {
namespace {

void measure_one(const Folder& folder, const std::string& nats_port, Figures& figures) {
  take_turns(figures,
             {publishing(folder, "one_full", Survives::power_cut),
              raw_sqlite(folder, "raw_one_full", "FULL", Ids::unique, 1), disk(folder)},
             20);
  std::vector<Contender> contenders{publishing(folder, "one_normal", Survives::process),
                                    raw_sqlite(folder, "raw_one_normal", "NORMAL", Ids::unique, 1)};
  if (!nats_port.empty()) contenders.push_back(jetstream_one(nats_port, "jetstream_one"));
  take_turns(figures, contenders);
}

void measure_many(const Folder& folder, const std::string& nats_port, Figures& figures) {
  std::vector<Contender> contenders{publishing_async(folder, "async_full"),
                                    publishing_from_64_threads(folder, "threads_64_full"),
                                    raw_sqlite(folder, "raw_1000_full", "FULL", Ids::unique, 1'000)};
  if (!nats_port.empty()) contenders.push_back(jetstream_async(nats_port, "jetstream_async"));
  take_turns(figures, contenders);
  take_turns(figures, {raw_sqlite(folder, "raw_1000_ids", "FULL", Ids::unique, 1'000),
                       raw_sqlite(folder, "raw_1000_no_ids", "FULL", Ids::none, 1'000)});
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') {
    std::fprintf(stderr,
                 "usage: log_bench FOLDER [--nats PORT] [--large] [--only one|many|consuming|way|consumers|backlog]\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::string nats_port;
  std::string only;
  bool large = false;
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--nats" && i + 1 < argc) nats_port = argv[++i];
    if (std::string_view(argv[i]) == "--only" && i + 1 < argc) only = argv[++i];
    if (std::string_view(argv[i]) == "--large") large = true;
  }
  std::filesystem::create_directories(folder);

  bench::Figures figures;
  const auto wanted = [&](std::string_view part) { return only.empty() || only == part; };
  if (wanted("one")) bench::measure_one(folder, nats_port, figures);
  if (wanted("many")) bench::measure_many(folder, nats_port, figures);
  for (int round = 0; round < 3 && wanted("consuming"); ++round) {
    if (!nats_port.empty()) bench::measure_jetstream_pull(nats_port, round, figures);
    bench::measure_consuming(folder, figures);
  }
  if (wanted("way")) bench::measure_way(folder, figures);
  if (wanted("consumers")) {
    bench::take_turns(figures,
                      {bench::publishing(folder, "one_full_no_consumer", bench::Survives::power_cut),
                       bench::publishing(folder, "one_full_50_consumers", bench::Survives::power_cut, 50)},
                      40);
  }
  if (wanted("backlog")) bench::measure_backlog(folder, large ? 10'000'000 : 1'000'000, figures);
  for (const auto& [name, value] : figures.all) std::printf("%s %.6g\n", name.c_str(), value);
  return 0;
}
