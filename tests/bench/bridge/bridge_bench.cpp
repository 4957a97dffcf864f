// Measures the bridge to RabbitMQ beside its rivals, in one run and in turns, with a broker of its own: rabbitmq-c by itself, and
// amqplib and pika where they are.
//
// usage: bridge_bench FOLDER [--node-packages FOLDER] [--quick] [--large] [--only publish|consume|way|backlog]
//
// Prints one line `name value` for each figure; bridge_table.py compares them. FOLDER is on the disk that the log writes to.

#include "bridge_bench.hpp"

#include <ashlar/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

namespace bench {
namespace {

constexpr int windows[] = {256, 1'000};

const char* text_of(QueueType type) { return type == QueueType::quorum ? "quorum" : "classic"; }

void measure_publishing(const Bench& bench, QueueType type, Figures& figures) {
  make_queue(bench, type);
  RawLine control(bench);
  const std::int64_t events = bench.scaled(type == QueueType::quorum ? 30'000 : 20'000);
  for (const int window : windows) {
    const std::string end = std::string("_") + text_of(type) + "_" + std::to_string(window);
    std::vector<Contender> contenders{bridge_publishing(bench, "publish" + end, events, window),
                                      raw_publishing(bench, "raw_publish" + end, events, window)};
    if (!bench.node_packages.empty()) {
      contenders.push_back(script_publishing(
          bench, "amqplib" + end, {"node", (bench.sources / "amqplib_publish.js").string()}, events, window));
    }
    if (type == QueueType::quorum) {
      contenders.push_back(script_publishing(
          bench, "pika" + end, {"/usr/bin/python3", (bench.sources / "pika_publish.py").string()}, events / 3, window));
    }
    take_turns(figures, contenders, bench.turns(), [&] { control.purge(); });
  }
}

void measure_consuming(const Bench& bench, QueueType type, Figures& figures) {
  make_queue(bench, type);
  RawLine control(bench);
  const std::int64_t events = bench.scaled(40'000);
  const std::string end = std::string("_") + text_of(type);
  take_turns(figures,
             {broker_consuming(bench, "consume" + end, type, events), raw_consuming(bench, "raw_consume" + end, events),
              bridge_consuming(bench, "bring_in" + end, type, events)},
             bench.turns(), [&] { control.purge(); });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) try {
  if (argc < 2 || argv[1][0] == '-') {
    std::fprintf(stderr,
                 "usage: bridge_bench FOLDER [--node-packages FOLDER] [--quick] [--large] "
                 "[--only publish|consume|way|backlog]\n");
    return 2;
  }
  std::string only;
  bool large = false;
  std::filesystem::create_directories(argv[1]);
  RabbitServer server;
  bench::Bench bench{.folder = argv[1], .server = server, .vhost = server.add_vhost(), .sources = BRIDGE_BENCH_SOURCES};
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--node-packages" && i + 1 < argc) bench.node_packages = argv[++i];
    if (argument == "--only" && i + 1 < argc) only = argv[++i];
    if (argument == "--quick") bench.quick = true;
    if (argument == "--large") large = true;
  }
  if (!bench.node_packages.empty()) ::setenv("NODE_PATH", bench.node_packages.c_str(), 1);

  bench::Figures figures;
  const auto wanted = [&](std::string_view part) { return only.empty() || only == part; };
  figures["message_bytes"] = static_cast<double>(bench::order_message(0).body.size());
  figures["event_bytes"] = static_cast<double>(ashlar::to_json(bench::order(0)).size());
  for (const bench::QueueType type : {bench::QueueType::quorum, bench::QueueType::classic}) {
    if (wanted("publish")) bench::measure_publishing(bench, type, figures);
    if (wanted("consume")) bench::measure_consuming(bench, type, figures);
  }
  if (wanted("way")) bench::measure_way(bench, figures);
  if (wanted("backlog")) bench::measure_backlog(bench, large ? 1'000'000 : bench.scaled(100'000), figures);
  for (const auto& [name, value] : figures) std::printf("%s %.6g\n", name.c_str(), value);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bridge_bench: %s\n", error.what());
  return 1;
}
