// NATS JetStream with file storage, through its C client over loopback.

#include <ashlar/json.hpp>
#include <nats/nats.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "log_bench.hpp"

namespace bench {

namespace {

void check(natsStatus status, const char* what) {
  if (status == NATS_OK) return;
  std::fprintf(stderr, "nats: %s: %s\n", what, natsStatus_GetText(status));
  std::exit(1);
}

}  // namespace

void measure_jetstream(const std::string& port, int round, Figures& figures) {
  natsConnection* connection = nullptr;
  check(natsConnection_ConnectTo(&connection, ("nats://127.0.0.1:" + port).c_str()), "connect");
  jsOptions options;
  jsOptions_Init(&options);
  options.PublishAsync.MaxPending = 4'000;
  jsCtx* stream = nullptr;
  check(natsConnection_JetStream(&stream, connection, &options), "jetstream");

  const std::string name = "bench" + std::to_string(round);
  const std::string subject = name + ".order";
  const char* subjects[] = {subject.c_str()};
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = name.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  check(js_AddStream(nullptr, stream, &config, nullptr, nullptr), "stream");

  const std::string data = ashlar::to_json(order(1));
  const int size = static_cast<int>(data.size());
  {
    constexpr int total = 20'000;
    const Stopwatch watch;
    for (int i = 0; i < total; ++i)
      check(js_Publish(nullptr, stream, subject.c_str(), data.data(), size, nullptr, nullptr), "publish");
    figures.rate("jetstream_one", total / watch.seconds());
  }
  constexpr int total = 200'000;
  {
    const Stopwatch watch;
    for (int i = 0; i < total; ++i)
      check(js_PublishAsync(stream, subject.c_str(), data.data(), size, nullptr), "publish");
    check(js_PublishAsyncComplete(stream, nullptr), "complete");
    figures.rate("jetstream_async", total / watch.seconds());
  }
  {
    natsSubscription* subscription = nullptr;
    check(js_PullSubscribe(&subscription, stream, subject.c_str(), "reading", nullptr, nullptr, nullptr), "subscribe");
    int done = 0;
    const Stopwatch watch;
    while (done < total) {
      natsMsgList list;
      check(natsSubscription_Fetch(&list, subscription, 100, 5'000, nullptr), "fetch");
      for (int i = 0; i < list.Count; ++i) natsMsg_Ack(list.Msgs[i], nullptr);
      done += list.Count;
      natsMsgList_Destroy(&list);
    }
    figures.rate("jetstream_pull_100", done / watch.seconds());
    natsSubscription_Destroy(subscription);
  }
  check(js_DeleteStream(stream, name.c_str(), nullptr, nullptr), "delete");
  jsCtx_Destroy(stream);
  natsConnection_Destroy(connection);
}

}  // namespace bench
