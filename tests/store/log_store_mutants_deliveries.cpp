#include <map>
#include <set>

#include "log_store_forwarding.hpp"
#include "log_store_mutants.hpp"
#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::Stored;
using ashlar::StoredEvent;
using Outcome = Settlement::Outcome;

namespace {

// Changes settlements before the right store sees them.
template <class Change>
class ChangesSettlements final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    return inner_.claim(consumer, owner, limit, now, changed(settlements), results);
  }
  Results settle(std::string_view consumer, Owner owner, Settlements settlements, Time now, UnitOfWork* unit) override {
    return inner_.settle(consumer, owner, changed(settlements), now, unit);
  }

 private:
  static std::vector<Settlement> changed(Settlements settlements) {
    std::vector<Settlement> all(settlements.begin(), settlements.end());
    for (Settlement& settlement : all) Change{}(settlement);
    return all;
  }
};

struct NoDelay {
  void operator()(Settlement& settlement) const { settlement.delay = 0ms; }
};
struct NoExtension {
  void operator()(Settlement& settlement) const {
    if (settlement.outcome == Outcome::extend) settlement = {.sequence = -1};
  }
};
struct GiveBackCounts {
  void operator()(Settlement& settlement) const {
    if (settlement.outcome == Outcome::give_back) settlement.outcome = Outcome::retry;
  }
};
struct BuryIsAck {
  void operator()(Settlement& settlement) const {
    if (settlement.outcome == Outcome::bury) settlement.outcome = Outcome::ack;
  }
};
struct RetryIsBury {
  void operator()(Settlement& settlement) const {
    if (settlement.outcome == Outcome::retry) settlement.outcome = Outcome::bury;
  }
};
struct NoReason {
  void operator()(Settlement& settlement) const { settlement.error.clear(); }
};

// Changes what a claim gives.
template <class Change>
class ChangesClaims final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    Claim claim = inner_.claim(consumer, owner, limit, now, settlements, results);
    Change{}(claim);
    return claim;
  }
};

struct CountsAfter {
  void operator()(Claim& claim) const {
    for (Claimed& claimed : claim.deliveries) --claimed.count;
  }
};
struct NeverCounts {
  void operator()(Claim& claim) const {
    for (Claimed& claimed : claim.deliveries) claimed.count = 1;
  }
};
struct NoReplay {
  void operator()(Claim& claim) const {
    for (Claimed& claimed : claim.deliveries) claimed.replay = false;
  }
};
struct Backwards {
  void operator()(Claim& claim) const { claim.deliveries = {claim.deliveries.rbegin(), claim.deliveries.rend()}; }
};
struct NotAgain {
  void operator()(Claim& claim) const { claim.again_at.reset(); }
};
struct NoMore {
  void operator()(Claim& claim) const { claim.more = false; }
};
struct LosesOne {
  void operator()(Claim& claim) const {
    if (claim.deliveries.size() > 1) claim.deliveries.pop_back();
  }
};
struct HidesBuried {
  void operator()(Claim& claim) const { claim.buried.clear(); }
};

// Changes the settings of a consumer.
template <class Change>
class ChangesConsumers final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void open_consumer(const ConsumerSettings& settings, Time now) override {
    ConsumerSettings changed = settings;
    Change{}(changed);
    inner_.open_consumer(changed, now);
  }
};

struct OneDeliveryMore {
  void operator()(ConsumerSettings& settings) const { ++settings.max_deliver; }
};
struct UnboundedInFlight {
  void operator()(ConsumerSettings& settings) const { settings.max_in_flight = 1'000'000; }
};
struct NeverLapses {
  void operator()(ConsumerSettings& settings) const { settings.ack_wait = std::chrono::hours{1'000'000}; }
};
struct AlwaysFromTheFirst {
  void operator()(ConsumerSettings& settings) const { settings.start = {}; }
};

class AcksBeforeCommit final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Results settle(std::string_view consumer, Owner owner, Settlements settlements, Time now, UnitOfWork*) override {
    return inner_.settle(consumer, owner, settlements, now, nullptr);
  }
};

class ForgetsAcksInAUnit final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Results settle(std::string_view consumer, Owner owner, Settlements settlements, Time now, UnitOfWork* unit) override {
    if (unit != nullptr) return Results(settlements.size(), SettlementResult::done);
    return inner_.settle(consumer, owner, settlements, now, nullptr);
  }
};

// What is claimed counts as settled: a crash loses it.
class AdvancesTooEarly final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    Claim claim = inner_.claim(consumer, owner, limit, now, settlements, results);
    std::vector<Settlement> acks;
    for (const Claimed& claimed : claim.deliveries) acks.push_back({.sequence = claimed.event.sequence});
    inner_.settle(consumer, owner, acks, now);
    return claim;
  }
};

// The right store sees no keys.
class BreaksKeyOrder final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit) override {
    std::vector<StoredEvent> all(events.begin(), events.end());
    for (StoredEvent& event : all) {
      keys_.emplace(event.metadata.id, event.metadata.key);
      event.metadata.key.clear();
    }
    return inner_.append(all, unit);
  }
  Page read(std::int64_t from, std::size_t limit, std::span<const std::string> events) override {
    Page page = inner_.read(from, limit, events);
    for (StoredEvent& event : page.events) give_key(event);
    return page;
  }
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    Claim claim = inner_.claim(consumer, owner, limit, now, settlements, results);
    for (Claimed& claimed : claim.deliveries) give_key(claimed.event);
    return claim;
  }
  std::vector<DeadLetter> dead_letters(const DeadLetterQuery& query) override {
    std::vector<DeadLetter> letters = inner_.dead_letters(query);
    for (DeadLetter& letter : letters) give_key(letter.event);
    return letters;
  }

 private:
  void give_key(StoredEvent& event) const {
    if (const auto found = keys_.find(event.metadata.id); found != keys_.end()) event.metadata.key = found->second;
  }

  std::map<ashlar::Uuid, std::string> keys_;
};

class LetsForeignersSettle final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    Claim claim = inner_.claim(consumer, owner, limit, now, settlements, results);
    for (const Claimed& claimed : claim.deliveries) holder_[{std::string(consumer), claimed.event.sequence}] = owner;
    return claim;
  }
  Results settle(std::string_view consumer, Owner owner, Settlements settlements, Time now, UnitOfWork* unit) override {
    Results results;
    for (const Settlement& settlement : settlements) {
      const auto holder = holder_.find({std::string(consumer), settlement.sequence});
      results.push_back(
          inner_.settle(consumer, holder == holder_.end() ? owner : holder->second, {&settlement, 1}, now, unit).at(0));
    }
    return results;
  }

 private:
  std::map<std::pair<std::string, std::int64_t>, Owner> holder_;
};

class TellsNoLateness final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Results settle(std::string_view consumer, Owner owner, Settlements settlements, Time now, UnitOfWork* unit) override {
    Results results = inner_.settle(consumer, owner, settlements, now, unit);
    for (SettlementResult& result : results) {
      if (result == SettlementResult::late) result = SettlementResult::done;
    }
    return results;
  }
};

class TakesInnocentsAlong final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    Claim claim = inner_.claim(consumer, owner, limit, now, settlements, results);
    if (claim.deliveries.size() != 1 || !claim.more || limit == 1) return claim;
    Claim next = inner_.claim(consumer, owner, limit - 1, now);
    claim.deliveries.insert(claim.deliveries.end(), next.deliveries.begin(), next.deliveries.end());
    claim.more = next.more;
    return claim;
  }
};

class TakesTooMany final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    return inner_.claim(consumer, owner, limit + 1, now, settlements, results);
  }
};

class KeepsWhatAnOwnerHeld final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void end_owner(Owner) override {}
};

}  // namespace

std::vector<Mutant> mutants_of_deliveries() {
  return {mutant<AcksBeforeCommit>("an ack happens before the commit of its unit"),
          mutant<ForgetsAcksInAUnit>("an ack in a unit is forgotten"),
          mutant<AdvancesTooEarly>("the position is advanced when an event is claimed"),
          mutant<BreaksKeyOrder>("the order of a key is broken"),
          mutant<LetsForeignersSettle>("another owner may settle"),
          mutant<TellsNoLateness>("late settlements are not told"),
          mutant<TakesInnocentsAlong>("what lapsed is not alone in its claim"),
          mutant<TakesTooMany>("a claim takes one more than it may"),
          mutant<KeepsWhatAnOwnerHeld>("an owner's end gives nothing back"),
          mutant<ChangesSettlements<NoDelay>>("a retry ignores its delay"),
          mutant<ChangesSettlements<NoExtension>>("in_progress changes nothing"),
          mutant<ChangesSettlements<GiveBackCounts>>("what is given back is counted as failed"),
          mutant<ChangesSettlements<BuryIsAck>>("a dead letter is lost"),
          mutant<ChangesSettlements<RetryIsBury>>("the first failure makes a dead letter"),
          mutant<ChangesSettlements<NoReason>>("errors are not kept"),
          mutant<ChangesClaims<CountsAfter>>("the count is raised after the handler"),
          mutant<ChangesClaims<NeverCounts>>("deliveries are not counted"),
          mutant<ChangesClaims<NoReplay>>("replays are not marked"),
          mutant<ChangesClaims<Backwards>>("a claim is in the wrong order"),
          mutant<ChangesClaims<NotAgain>>("a claim does not say when to come again"),
          mutant<ChangesClaims<NoMore>>("a claim does not say that there is more"),
          mutant<ChangesClaims<LosesOne>>("a delivery that was claimed is not given out"),
          mutant<ChangesClaims<HidesBuried>>("dead letters made by a claim are not told"),
          mutant<ChangesConsumers<OneDeliveryMore>>("an event is delivered once more than it may"),
          mutant<ChangesConsumers<UnboundedInFlight>>("max_in_flight bounds nothing"),
          mutant<ChangesConsumers<NeverLapses>>("what is not settled in time never comes again"),
          mutant<ChangesConsumers<AlwaysFromTheFirst>>("every consumer begins with the first event")};
}
