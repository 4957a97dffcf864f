#include "log_store_model.hpp"

#include <algorithm>
#include <random>

#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::Stored;
using ashlar::StoredEvent;
using ashlar::Time;
using Kind = ModelStep::Kind;
using Outcome = Settlement::Outcome;

namespace {

constexpr std::array<const char*, 3> consumer_names{"audit", "index", "mail"};
constexpr std::array<const char*, 3> event_names{"orders.order.placed", "orders.order.shipped", "stock.item.reserved"};
constexpr std::array<const char*, 4> keys{"", "", "a", "b"};
constexpr std::array<std::chrono::milliseconds, 3> delays{0ms, 5s, 60s};
constexpr std::array<Outcome, 8> outcomes{Outcome::ack,   Outcome::ack,  Outcome::ack,       Outcome::retry,
                                          Outcome::retry, Outcome::bury, Outcome::give_back, Outcome::extend};

template <class Values>
auto one_of(const Values& values, std::uint32_t number) {
  return values[number % values.size()];
}

std::string time_text(Time time) { return std::to_string((time - suite_start) / 1ms) + "ms"; }

// What a store says in its own words is not compared.
std::string error_text(const std::string& error) { return error.starts_with("error") ? error : "(own words)"; }

std::string stored_text(const std::vector<Stored>& stored) {
  std::string text;
  for (const Stored& one : stored) text += " " + std::to_string(one.sequence) + (one.duplicate ? "d" : "");
  return text;
}

DeadLetterQuery query_of(const ModelStep& step) {
  switch (step.a % 4) {
    case 0: return {.number = step.b % 8 + 1};
    case 1: return {.group_of = step.b % 8 + 1};
    case 2: return {.consumer = one_of(consumer_names, step.b)};
    default: return {.limit = step.b % 3};
  }
}

Retention retention_of(const ModelStep& step) {
  Retention retention{.policy = step.a % 3 == 0 ? RetentionPolicy::interest : RetentionPolicy::limits,
                      .when_over = step.b % 4 == 0 ? WhenOver::refuse_new : WhenOver::discard_old};
  if (step.c % 2 == 0) retention.max_count = step.c % 12;
  if (step.d % 3 == 0) retention.max_age = std::chrono::seconds{step.d % 60};
  return retention;
}

std::string event_text(const StoredEvent& event) {
  return std::to_string(event.sequence) + ":" + event.metadata.name + "/" + event.metadata.key + "/" + event.data;
}

std::string scheduled_text(const std::vector<ScheduledEvent>& events) {
  std::string text;
  for (const ScheduledEvent& one : events) {
    text += " #" + std::to_string(one.number) + " " + time_text(one.due) + " " + event_text(one.event);
  }
  return text;
}

}  // namespace

ModelRun::ModelRun(std::unique_ptr<LogBench> bench) : bench_(std::move(bench)), now_(suite_start) {
  begin_owners();
  for (std::size_t i = 0; i < consumer_names.size(); ++i) bench_->log().open_consumer(settings_of(i, 0), now_);
}

void ModelRun::begin_owners() {
  for (std::size_t i = 0; i + 1 < owner_count; ++i) owners_[i] = bench_->log().begin_owner();
  process_ = bench_->start_process();
}

LogStore& ModelRun::log_of(std::size_t owner) { return owner + 1 == owner_count ? process_->log() : bench_->log(); }

Owner ModelRun::id_of(std::size_t owner) { return owner + 1 == owner_count ? process_->owner() : owners_[owner]; }

ConsumerSettings ModelRun::settings_of(std::size_t consumer, std::uint32_t variant) const {
  ConsumerSettings settings{.name = consumer_names[consumer], .max_deliver = 3, .ack_wait = 30s};
  if (consumer == 0) settings.events = {"orders.#"};
  if (consumer == 2) settings.events = {"orders.order.placed", "stock.*.reserved"};
  if (variant % 5 == 1) settings.max_in_flight = 2;
  if (variant % 5 == 2) settings.max_deliver = 1;
  if (variant % 5 == 3) settings.start = ashlar::StreamStart::now();
  if (variant % 5 == 4) settings.start = ashlar::StreamStart::from(variant % 17);
  return settings;
}

std::vector<StoredEvent> ModelRun::events_of(const ModelStep& step) const {
  std::vector<StoredEvent> events;
  for (std::uint32_t i = 0; i <= step.a % 3; ++i) {
    StoredEvent event =
        nth_event((step.b + i * 7) % 400 + 1, one_of(event_names, step.c + i), one_of(keys, step.d + i));
    event.metadata.time = now_;
    events.push_back(std::move(event));
  }
  return events;
}

std::vector<Settlement> ModelRun::settlements_of(std::size_t owner, const std::string& consumer,
                                                 const ModelStep& step) const {
  std::vector<std::int64_t> held;
  for (const Held& one : held_[owner]) {
    if (one.consumer == consumer) held.push_back(one.sequence);
  }
  std::vector<Settlement> settlements;
  for (std::uint32_t i = 0; i <= step.c % 3 && i < held.size(); ++i) {
    settlements.push_back({.sequence = held[held.size() - 1 - (step.d + i) % std::min<std::size_t>(held.size(), 6)],
                           .outcome = one_of(outcomes, step.d + 3 * i),
                           .delay = one_of(delays, step.d + i),
                           .error = "error " + std::to_string(step.d % 3)});
  }
  return settlements;
}

ModelRun::Said ModelRun::make(const ModelStep& step) {
  try {
    return apply(step);
  } catch (const StoreFull&) {
    return {.text = "full"};
  } catch (const ashlar::Error&) {
    return {.text = "refused"};
  }
}

ModelRun::Said ModelRun::claim(const ModelStep& step, bool settles_first) {
  const std::string consumer = one_of(consumer_names, step.a);
  const std::size_t owner = step.b % owner_count;
  std::vector<Settlement> settlements;
  if (settles_first) settlements = settlements_of(owner, consumer, step);
  std::vector<SettlementResult> results;
  const Claim claim = log_of(owner).claim(consumer, id_of(owner), step.c % 5 + 1, now_, settlements, &results);
  Said said{.text = "claim", .more = claim.more};
  for (const Claimed& claimed : claim.deliveries) {
    held_[owner].push_back({consumer, claimed.event.sequence});
    said.text += " " + event_text(claimed.event) + "x" + std::to_string(claimed.count) + (claimed.replay ? "r" : "");
  }
  if (claim.again_at) said.text += " again " + time_text(*claim.again_at);
  if (!claim.buried.empty()) said.text += " buried " + text_of(claim.buried);
  for (const SettlementResult result : results) said.text += " " + text_of(result);
  return said;
}

std::string ModelRun::append_in_unit(const ModelStep& step) {
  std::string said;
  const auto unit = bench_->begin();
  LogStore& log = bench_->log();
  said += stored_text(log.append(events_of(step), &unit->work()));
  const std::size_t owner = step.d % (owner_count - 1);
  const std::string consumer = one_of(consumer_names, step.c);
  std::vector<Settlement> acks = settlements_of(owner, consumer, step);
  for (Settlement& ack : acks) ack = {.sequence = ack.sequence};
  for (const SettlementResult result : log.settle(consumer, id_of(owner), acks, now_, &unit->work())) {
    said += " " + text_of(result);
  }
  if (step.d % 4 == 0) {
    said += " #" + std::to_string(log.schedule(events_of(step).front(), now_ + 10s, &unit->work()));
  }
  said += log.first_seen("inbox", std::to_string(step.d % 5), now_, 30s, &unit->work()) ? " new" : " known";
  if (step.d % 7 == 0) log.rewind(consumer, step.b % 10, &unit->work());
  if (step.c % 3 != 0) unit->commit();
  return said;
}

ModelRun::Said ModelRun::apply(const ModelStep& step) {
  LogStore& log = bench_->log();
  const std::string consumer = one_of(consumer_names, step.a);
  switch (step.kind) {
    case Kind::append: return {.text = stored_text(log.append(events_of(step)))};
    case Kind::append_in_unit: return {.text = append_in_unit(step)};
    case Kind::append_later: {
      std::string said;
      for (const StoredEvent& event : events_of(step)) {
        log.append_later(event, [&said](const Stored& stored, std::exception_ptr error) {
          said += error ? " refused" : stored_text({stored});
        });
      }
      log.flush();
      return {.text = said};
    }
    case Kind::claim: return claim(step, false);
    case Kind::claim_and_settle: return claim(step, true);
    case Kind::settle: {
      const std::size_t owner = step.b % owner_count;
      // Sometimes by somebody else.
      const std::size_t by = step.c % 7 == 0 ? (owner + 1) % owner_count : owner;
      std::string said;
      for (const SettlementResult result :
           log_of(by).settle(consumer, id_of(by), settlements_of(owner, consumer, step), now_)) {
        said += " " + text_of(result);
      }
      return {.text = said};
    }
    case Kind::pass_time: now_ += one_of(std::array{1000ms, 4000ms, 10000ms, 31000ms}, step.a); return {};
    case Kind::end_owner: {
      Owner& owner = owners_[step.a % (owner_count - 1)];
      log.end_owner(owner);
      owner = log.begin_owner();
      return {};
    }
    case Kind::die:
      process_.reset();
      process_ = bench_->start_process();
      return {};
    case Kind::pause: log.pause(consumer); return {};
    case Kind::resume: log.resume(consumer); return {};
    case Kind::replay:
      return {.text = std::to_string(log.replay(consumer, step.b % 20, step.b % 20 + step.c % 5, now_))};
    case Kind::rewind: log.rewind(consumer, step.b % 25); return {};
    case Kind::retry: return {.text = text_of(log.retry(query_of(step), now_))};
    case Kind::discard: return {.text = text_of(log.discard(query_of(step)))};
    case Kind::bury_foreign:
      return {.text = std::to_string(log.bury({.consumer = consumer, .event = {.data = "<>"}, .reason = "error 1"}))};
    case Kind::set_retention: log.set_retention(retention_of(step)); return {};
    case Kind::retain:
      // In how many steps it is done is the store's business.
      if (step.a % 2 == 0) {
        while (log.retain(now_, 3) != 0) {}
      }
      return {};
    case Kind::schedule:
      return {.text = std::to_string(log.schedule(events_of(step).front(), now_ + std::chrono::seconds{step.c % 20}))};
    case Kind::cancel: return {.text = log.cancel(step.b % 6 + 1) ? "cancelled" : "not there"};
    case Kind::release: return {.text = scheduled_text(log.release_due(now_, step.a % 3 + 1))};
    case Kind::first_seen:
      return {.text = log.first_seen("inbox", std::to_string(step.b % 5), now_, 20s) ? "new" : "known"};
    case Kind::open_consumer: log.open_consumer(settings_of(step.a % consumer_names.size(), step.b), now_); return {};
    case Kind::remove_consumer: log.remove_consumer(consumer); return {};
    case Kind::reopen:
      process_.reset();
      bench_->reopen();
      begin_owners();
      return {};
    case Kind::count_of_kinds: break;
  }
  return {};
}

std::string ModelRun::letters() {
  std::string text;
  for (const DeadLetter& letter : bench_->log().dead_letters({})) {
    text += "\n  letter " + std::to_string(letter.number) + " of " + letter.consumer + " " + event_text(letter.event) +
            " " + error_text(letter.reason) + " x" + std::to_string(letter.deliveries) + " " +
            time_text(letter.first_failure) + ".." + time_text(letter.last_failure);
    for (const Attempt& attempt : letter.attempts) {
      text +=
          " [" + std::to_string(attempt.count) + " " + time_text(attempt.time) + " " + error_text(attempt.error) + "]";
    }
  }
  std::vector<std::string> groups;
  for (const DeadLetterGroup& group : bench_->log().dead_letter_groups()) {
    groups.push_back("\n  group of " + group.consumer + " " + group.event + " " + error_text(group.reason) + ": " +
                     std::to_string(group.count) + ", newest " + std::to_string(group.newest));
  }
  std::sort(groups.begin(), groups.end());
  for (const std::string& group : groups) text += group;
  return text;
}

std::string ModelRun::state() {
  LogStore& log = bench_->log();
  const LogBounds bounds = log.bounds();
  std::string text = "  log " + std::to_string(bounds.first) + ".." + std::to_string(bounds.last) + ", " +
                     std::to_string(bounds.count) + (bounds.bytes > 0 ? " with bytes" : " without bytes") + ":";
  const std::vector<std::string> all{"#"};
  for (const StoredEvent& event : log.read(1, 10'000, all).events) text += " " + event_text(event);
  std::map<std::string, std::string> statuses;
  for (const ConsumerStatus& status : log.consumers()) {
    // A position may stand anywhere before the next event that matches.
    const auto next = log.read(status.position + 1, 1, status.events).events;
    statuses[status.name] = ": next " + (next.empty() ? "none" : std::to_string(next[0].sequence)) + ", lag " +
                            std::to_string(status.lag) + ", in flight " + std::to_string(status.in_flight) +
                            ", waiting " + std::to_string(status.waiting) + ", dead " + std::to_string(status.dead) +
                            ", lost " + std::to_string(status.lost) + (status.paused ? ", paused" : "");
  }
  for (const auto& [name, status] : statuses) text += "\n  " + name + status;
  text += letters();
  text += "\n  scheduled" + scheduled_text(log.scheduled());
  if (const auto due = log.next_due()) text += " next " + time_text(*due);
  return text;
}
