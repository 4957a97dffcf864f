#pragma once

#include <doctest/doctest.h>

#include <ashlar/store/log_store.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "log_store_bench.hpp"

// What every LogStore promises, as tests that run for each of them:
//
//   LOG_STORE_TEST("E2: a second event with the same id is ignored") { CHECK(t.add("orders.placed") == 1); … }

constexpr ashlar::Time suite_start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + std::chrono::hours{12}};

// The id of the n-th event.
ashlar::Uuid nth_id(std::int64_t n);

ashlar::StoredEvent nth_event(std::int64_t n, std::string name, std::string key = {});

// A store, the time, and short forms of what most tests do. Claims read `1 2x2 3r`: the second delivery of 2, a replay of 3.
class LogTest {
 public:
  using Outcome = ashlar::store::Settlement::Outcome;

  explicit LogTest(std::unique_ptr<LogBench> made);

  ashlar::store::LogStore& log() { return bench->log(); }

  std::int64_t add(const std::string& name = "orders.order.placed", const std::string& key = {});
  void add_many(int count, const std::string& name = "orders.order.placed", const std::string& key = {});
  void open(const std::string& consumer, std::vector<std::string> events = {"#"});

  // By `owner`, or by the test's own.
  std::string claim(const std::string& consumer, std::size_t limit = 100, ashlar::store::Owner by = 0);
  std::string settle(const std::string& consumer, std::int64_t sequence, Outcome outcome = Outcome::ack,
                     std::chrono::milliseconds delay = {}, const std::string& error = "broken",
                     ashlar::store::Owner by = 0);
  std::string ack_all(const std::string& consumer);  // of what can be claimed now, which it tells

  // All that is stored.
  std::string stored(const std::vector<std::string>& events = {"#"});
  std::string letters(const ashlar::store::DeadLetterQuery& query = {});  // `1:record/3 2:record/5`: number, event

  ashlar::store::ConsumerStatus status(const std::string& consumer);

  std::unique_ptr<LogBench> bench;
  ashlar::Time now = suite_start;
  ashlar::store::Owner owner;
  std::int64_t made = 0;
};

std::string text_of(const ashlar::store::Claim& claim);
std::string text_of(ashlar::store::SettlementResult result);
std::string text_of(const std::vector<std::int64_t>& numbers);

// The text of the Error that `action` throws, or nothing.
template <class Action>
std::string refusal_of(Action action) {
  try {
    action();
  } catch (const ashlar::Error& error) {
    return error.what();
  }
  return {};
}

#define LOG_STORE_JOIN_(a, b) a##b
#define LOG_STORE_JOIN(a, b) LOG_STORE_JOIN_(a, b)
#define LOG_STORE_CASE(kind, make, text, function) \
  TEST_CASE("LogStore, " kind ": " text) {         \
    LogTest test(make());                          \
    function(test);                                \
  }
#if ASHLAR_HAS_SQLITE_LOG
#define LOG_STORE_SQLITE_CASE(text, function) LOG_STORE_CASE("SQLite", sqlite_bench, text, function)
#else
#define LOG_STORE_SQLITE_CASE(text, function)
#endif
#define LOG_STORE_TEST_(text, function)                     \
  static void function(LogTest& t);                         \
  LOG_STORE_CASE("in memory", memory_bench, text, function) \
  LOG_STORE_SQLITE_CASE(text, function)                     \
  static void function(LogTest& t)
#define LOG_STORE_TEST(text) LOG_STORE_TEST_(text, LOG_STORE_JOIN(log_store_test_, __LINE__))
