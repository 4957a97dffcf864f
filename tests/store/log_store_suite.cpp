#include "log_store_suite.hpp"

#include <utility>

using namespace ashlar::store;
using ashlar::StoredEvent;
using ashlar::Uuid;

Uuid nth_id(std::int64_t n) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>((n >> (8 * i)) & 0xff);
  return id;
}

StoredEvent nth_event(std::int64_t n, std::string name, std::string key) {
  return {.metadata = {.id = nth_id(n),
                       .name = std::move(name),
                       .time = suite_start + std::chrono::seconds{n},
                       .source = "orders",
                       .correlation_id = "request-" + std::to_string(n),
                       .causation_id = "cause",
                       .tenant_id = "tenant",
                       .user_id = "user",
                       .key = std::move(key)},
          .data = R"({"number":)" + std::to_string(n) + "}"};
}

LogTest::LogTest(std::unique_ptr<LogBench> made_bench) : bench(std::move(made_bench)), owner(log().begin_owner()) {}

std::int64_t LogTest::add(const std::string& name, const std::string& key) {
  const std::vector<StoredEvent> events{nth_event(++made, name, key)};
  return log().append(events).at(0).sequence;
}

void LogTest::add_many(int count, const std::string& name, const std::string& key) {
  for (int i = 0; i < count; ++i) add(name, key);
}

void LogTest::open(const std::string& consumer, std::vector<std::string> events) {
  log().open_consumer({.name = consumer, .events = std::move(events)}, now);
}

std::string LogTest::claim(const std::string& consumer, std::size_t limit, Owner by) {
  return text_of(log().claim(consumer, by == 0 ? owner : by, limit, now));
}

std::string LogTest::settle(const std::string& consumer, std::int64_t sequence, Outcome outcome,
                            std::chrono::milliseconds delay, const std::string& error, Owner by) {
  const std::vector<Settlement> settlements{{.sequence = sequence, .outcome = outcome, .delay = delay, .error = error}};
  return text_of(log().settle(consumer, by == 0 ? owner : by, settlements, now).at(0));
}

std::string LogTest::ack_all(const std::string& consumer) {
  std::string all;
  for (;;) {
    const Claim claim = log().claim(consumer, owner, 100, now);
    if (claim.deliveries.empty()) return all;
    all += (all.empty() ? "" : " ") + text_of(claim);
    for (const Claimed& claimed : claim.deliveries) settle(consumer, claimed.event.sequence);
  }
}

std::string LogTest::stored(const std::vector<std::string>& events) {
  std::vector<std::int64_t> sequences;
  for (const StoredEvent& event : log().read(1, 1'000'000, events).events) sequences.push_back(event.sequence);
  return text_of(sequences);
}

std::string LogTest::letters(const DeadLetterQuery& query) {
  std::string text;
  for (const DeadLetter& letter : log().dead_letters(query)) {
    text += (text.empty() ? "" : " ") + std::to_string(letter.number) + ":" + letter.consumer + "/" +
            std::to_string(letter.event.sequence);
  }
  return text;
}

ConsumerStatus LogTest::status(const std::string& consumer) {
  for (ConsumerStatus& status : log().consumers()) {
    if (status.name == consumer) return std::move(status);
  }
  return {};
}

std::string text_of(const Claim& claim) {
  std::string text;
  for (const Claimed& claimed : claim.deliveries) {
    text += (text.empty() ? "" : " ") + std::to_string(claimed.event.sequence);
    if (claimed.count != 1) text += "x" + std::to_string(claimed.count);
    if (claimed.replay) text += "r";
  }
  return text;
}

std::string text_of(SettlementResult result) {
  switch (result) {
    case SettlementResult::done: return "done";
    case SettlementResult::buried: return "buried";
    case SettlementResult::late: return "late";
  }
  return "?";
}

std::string text_of(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
  return text;
}
