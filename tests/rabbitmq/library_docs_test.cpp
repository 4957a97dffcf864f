#include <functional>

#include "library_support.hpp"
#include "rabbit_place.hpp"

using namespace library_test;

// What docs/rabbitmq-library.md shows.

namespace {

Heard heard;

void store_speaker(const std::string& id, const std::string& correlation_id) { heard.add(id + " " + correlation_id); }
void note(const std::string& type, const std::string& data) { heard.add(type + " " + data); }

// [event]
struct SpeakerOnboarded {
  std::string speaker_id;
  std::string name;
  std::string bucket;
};
ASHLAR_EVENT(SpeakerOnboarded, "speaker.onboarded", 1, speaker_id, name, bucket)
// [/event]

// [publisher]
bool onboard(const std::string& url) {
  ashlar::rabbitmq::Publisher publisher({.urls = {url}},
                                        {.name = "speaker-service",
                                         .exchange = "draft-genie.events",
                                         .format = ashlar::bridge::WireFormat::aggregate,
                                         .queues = {{.name = "speaker.events", .bindings = {"speaker.*"}}}});
  publisher.describe<SpeakerOnboarded>({.key = &SpeakerOnboarded::speaker_id});

  const auto first = publisher.publish(SpeakerOnboarded{"123", "John Doe", "GOOD"});
  publisher.publish(SpeakerOnboarded{"124", "Zoë", "GOOD"}, "speaker.imported", {.correlation_id = "import-7"});
  publisher.publish_json("speaker.updated", R"({"speaker_id":"123"})").then([](const ashlar::bridge::Sent& sent) {
    note("said of the update", sent.reason);
  });

  const auto sent = first.wait(std::chrono::seconds{30});
  publisher.stop(std::chrono::seconds{30});
  return sent && sent->outcome == ashlar::bridge::Sent::Outcome::confirmed;
}
// [/publisher]

// [consumer]
void consume(const std::string& url, const std::function<void()>& wait_for_the_end) {
  ashlar::rabbitmq::Consumer consumer({.urls = {url}}, {.queue = "speaker.events",
                                                        .bindings = {"speaker.*"},
                                                        .exchange = "draft-genie.events",
                                                        .prefetch = 10,
                                                        .types = {{"SpeakerOnboarded", "speaker.onboarded"}}});
  consumer.on<SpeakerOnboarded>([](const SpeakerOnboarded& event, const ashlar::bridge::WireEvent& wire) {
    store_speaker(event.speaker_id, wire.metadata.correlation_id);
  });
  consumer.on("speaker.updated", [](const ashlar::bridge::WireEvent& wire) { note(wire.metadata.name, wire.data); });
  consumer.start();
  wait_for_the_end();
  consumer.stop();
}
// [/consumer]

}  // namespace

TEST_CASE("F6: what the page about the library shows does what it says") {
  RabbitPlace place;
  CHECK(onboard(place.url()));
  CHECK((heard.lines() == std::vector<std::string>{"said of the update "}));
  consume(place.url(), [] { heard.wait_for(4); });
  const std::vector<std::string> lines = heard.lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].starts_with("123 "));
  CHECK(lines[2] == "124 import-7");
  CHECK(lines[3] == R"(speaker.updated {"speaker_id":"123"})");
}
