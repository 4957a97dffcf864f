// Measures the durable log beside its rivals, in one run and in turns: raw SQLite, and NATS JetStream where a port is given.
//
// usage: log_bench FOLDER [--nats PORT] [--large] [--only publishing|consuming|way|many|backlog]
//
// Prints one line `name value` for each figure; table.py compares them. FOLDER is on the disk that is measured.

#include "log_bench.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "usage: log_bench FOLDER [--nats PORT] [--large] [--only publishing|consuming|way|many|backlog]\n");
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
  constexpr int rounds = 3;
  const auto wanted = [&](std::string_view part) { return only.empty() || only == part; };
  for (int round = 0; round < rounds; ++round) {
    bench::measure_disk(folder, figures);
    if (wanted("publishing")) bench::measure_raw(folder, figures);
    if (wanted("publishing")) bench::measure_publishing(folder, figures);
    if (!nats_port.empty()) bench::measure_jetstream(nats_port, round, figures);
    if (wanted("consuming")) bench::measure_consuming(folder, figures);
  }
  if (only == "async") bench::measure_async(folder, figures);
  if (wanted("way")) bench::measure_way(folder, figures);
  if (wanted("many")) bench::measure_many_consumers(folder, figures);
  if (wanted("backlog")) bench::measure_backlog(folder, large ? 10'000'000 : 1'000'000, figures);
  for (const auto& [name, value] : figures.best) std::printf("%s %.6g\n", name.c_str(), value);
  return 0;
}
