// NATS JetStream with file storage, through its C client over loopback.

#include <ashlar/json.hpp>
#include <nats/nats.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "log_bench.hpp"

namespace bench {

namespace {

void check(natsStatus status, const char* what) {
  if (status == NATS_OK) return;
  std::fprintf(stderr, "nats: %s: %s\n", what, natsStatus_GetText(status));
  std::exit(1);
}

// A stream of its own on the server.
class Stream {
 public:
  Stream(const std::string& port, std::string name) : name_(std::move(name)), subject_(name_ + ".order") {
    check(natsConnection_ConnectTo(&connection_, ("nats://127.0.0.1:" + port).c_str()), "connect");
    jsOptions options;
    jsOptions_Init(&options);
    options.PublishAsync.MaxPending = 4'000;
    check(natsConnection_JetStream(&stream_, connection_, &options), "jetstream");
    const char* subjects[] = {subject_.c_str()};
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = name_.c_str();
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    check(js_AddStream(nullptr, stream_, &config, nullptr, nullptr), "stream");
  }
  ~Stream() {
    js_DeleteStream(stream_, name_.c_str(), nullptr, nullptr);
    jsCtx_Destroy(stream_);
    natsConnection_Destroy(connection_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void publish() {
    check(js_Publish(nullptr, stream_, subject_.c_str(), data_.data(), size_, nullptr, nullptr), "publish");
  }
  void publish_async() { check(js_PublishAsync(stream_, subject_.c_str(), data_.data(), size_, nullptr), "publish"); }
  void complete() { check(js_PublishAsyncComplete(stream_, nullptr), "complete"); }

  // Until `total` are read.
  void pull(int total) {
    natsSubscription* subscription = nullptr;
    check(js_PullSubscribe(&subscription, stream_, subject_.c_str(), "reading", nullptr, nullptr, nullptr),
          "subscribe");
    for (int done = 0; done < total;) {
      natsMsgList list;
      check(natsSubscription_Fetch(&list, subscription, 100, 5'000, nullptr), "fetch");
      for (int i = 0; i < list.Count; ++i) natsMsg_Ack(list.Msgs[i], nullptr);
      done += list.Count;
      natsMsgList_Destroy(&list);
    }
    natsSubscription_Destroy(subscription);
  }

 private:
  const std::string name_;
  const std::string subject_;
  const std::string data_ = ashlar::to_json(order(1));
  const int size_ = static_cast<int>(data_.size());
  natsConnection* connection_ = nullptr;
  jsCtx* stream_ = nullptr;
};

}  // namespace

Contender jetstream_one(const std::string& port, std::string figure) {
  return {.figure = std::move(figure), .work = [stream = std::make_shared<Stream>(port, "one")] {
            std::int64_t count = 0;
            for (const Slice slice; !slice.is_over(); ++count) stream->publish();
            return count;
          }};
}

Contender jetstream_async(const std::string& port, std::string figure) {
  return {.figure = std::move(figure), .work = [stream = std::make_shared<Stream>(port, "async")] {
            std::int64_t count = 0;
            for (const Slice slice; !slice.is_over(); ++count) stream->publish_async();
            stream->complete();
            return count;
          }};
}

void measure_jetstream_pull(const std::string& port, int round, Figures& figures) {
  Stream stream(port, "pull" + std::to_string(round));
  constexpr int total = 200'000;
  for (int i = 0; i < total; ++i) stream.publish_async();
  stream.complete();
  const Stopwatch watch;
  stream.pull(total);
  figures.rate("jetstream_pull_100", total / watch.seconds());
}

}  // namespace bench
