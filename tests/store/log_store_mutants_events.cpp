#include <set>

#include "log_store_forwarding.hpp"
#include "log_store_mutants.hpp"
#include "log_store_suite.hpp"

using namespace ashlar::store;
using ashlar::Stored;
using ashlar::StoredEvent;
using ashlar::Uuid;

namespace {

class AcceptsDuplicates final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit) override {
    std::vector<StoredEvent> all(events.begin(), events.end());
    for (StoredEvent& event : all) {
      if (!seen_.insert(event.metadata.id).second) event.metadata.id = nth_id(1'000'000 + ++more_);
    }
    return inner_.append(all, unit);
  }

 private:
  std::set<Uuid> seen_;
  std::int64_t more_ = 0;
};

class HidesDuplicates final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit) override {
    std::vector<Stored> stored = inner_.append(events, unit);
    for (Stored& one : stored) one.duplicate = false;
    return stored;
  }
};

class StoresBeforeCommit final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork*) override {
    return inner_.append(events, nullptr);
  }
};

class LosesWhatIsInAUnit final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit) override {
    if (unit == nullptr) return inner_.append(events, nullptr);
    std::vector<Stored> stored;
    for (std::size_t i = 0; i < events.size(); ++i) {
      stored.push_back({.sequence = inner_.bounds().last + 1 + static_cast<std::int64_t>(i)});
    }
    return stored;
  }
};

class UsesASequenceTwice final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<Stored> append(std::span<const StoredEvent> events, UnitOfWork* unit) override {
    std::vector<Stored> stored = inner_.append(events, unit);
    for (Stored& one : stored) one.sequence = stored.front().sequence;
    return stored;
  }
};

class ForgetsTheLastSequence final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  LogBounds bounds() override {
    LogBounds bounds = inner_.bounds();
    if (bounds.count == 0) bounds.last = 0;
    return bounds;
  }
};

class LosesWhatIsStoredLater final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void append_later(StoredEvent, std::function<void(const Stored&, std::exception_ptr)> done) override {
    done({.sequence = inner_.bounds().last + 1}, nullptr);
  }
};

class ReadsOneTooFew final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Page read(std::int64_t from, std::size_t limit, std::span<const std::string> events) override {
    return inner_.read(from + 1, limit, events);
  }
};

}  // namespace

std::vector<Mutant> mutants_of_events() {
  return {mutant<AcceptsDuplicates>("duplicates are accepted"),
          mutant<HidesDuplicates>("duplicates are not told"),
          mutant<StoresBeforeCommit>("an event is stored before its unit commits"),
          mutant<LosesWhatIsInAUnit>("an event of a unit is lost"),
          mutant<UsesASequenceTwice>("a sequence is used twice"),
          mutant<ForgetsTheLastSequence>("the last sequence is forgotten with its event"),
          mutant<LosesWhatIsStoredLater>("what is to be stored later is lost"),
          mutant<ReadsOneTooFew>("a page begins one too late")};
}
