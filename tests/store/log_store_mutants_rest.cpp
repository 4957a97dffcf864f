#include "log_store_forwarding.hpp"
#include "log_store_mutants.hpp"
#include "log_store_suite.hpp"

using namespace ashlar::store;
using ashlar::StoredEvent;

namespace {

class NeverPauses final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  Claim claim(std::string_view consumer, Owner owner, std::size_t limit, Time now, Settlements settlements,
              Results* results) override {
    for (const ConsumerStatus& status : inner_.consumers()) {
      if (status.name != consumer || !status.paused) continue;
      inner_.resume(consumer);
      Claim claim = inner_.claim(consumer, owner, limit, now, settlements, results);
      inner_.pause(consumer);
      return claim;
    }
    return inner_.claim(consumer, owner, limit, now, settlements, results);
  }
};

class KeepsRemovedConsumers final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void remove_consumer(std::string_view) override {}
};

class ReplaysOneTooFew final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::int64_t replay(std::string_view consumer, std::int64_t from, std::int64_t to, Time now,
                      const Noting& noting) override {
    return inner_.replay(consumer, from, to - 1, now, noting);
  }
};

class RewindsOneTooFar final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void rewind(std::string_view consumer, std::int64_t sequence, UnitOfWork* unit) override {
    inner_.rewind(consumer, sequence - 1, unit);
  }
};

class RewindsBeforeCommit final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void rewind(std::string_view consumer, std::int64_t sequence, UnitOfWork*) override {
    inner_.rewind(consumer, sequence, nullptr);
  }
};

class RetriesByDiscarding final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<std::int64_t> retry(const DeadLetterQuery& query, Time, const Noting& noting) override {
    return inner_.discard(query, noting);
  }
};

class IgnoresGroups final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<std::int64_t> discard(const DeadLetterQuery& query, const Noting& noting) override {
    DeadLetterQuery wider = query;
    wider.group_of.reset();
    return inner_.discard(wider, noting);
  }
};

class ForgetsFirstAttempts final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<DeadLetter> dead_letters(const DeadLetterQuery& query) override {
    std::vector<DeadLetter> letters = inner_.dead_letters(query);
    for (DeadLetter& letter : letters) {
      if (letter.attempts.size() > 1) letter.attempts.erase(letter.attempts.begin());
    }
    return letters;
  }
};

class HidesLosses final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<ConsumerStatus> consumers() override {
    std::vector<ConsumerStatus> all = inner_.consumers();
    for (ConsumerStatus& status : all) status.lost = 0;
    return all;
  }
};

class TakesInterestForLimits final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void set_retention(const Retention& retention) override {
    Retention limits = retention;
    limits.policy = RetentionPolicy::limits;
    inner_.set_retention(limits);
  }
};

class NeverRefuses final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void set_retention(const Retention& retention) override {
    Retention discards = retention;
    discards.when_over = WhenOver::discard_old;
    inner_.set_retention(discards);
  }
};

class KeepsOneLess final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void set_retention(const Retention& retention) override {
    Retention less = retention;
    if (less.max_count && *less.max_count > 0) --*less.max_count;
    inner_.set_retention(less);
  }
};

class NeverAges final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void set_retention(const Retention& retention) override {
    Retention ageless = retention;
    ageless.max_age.reset();
    inner_.set_retention(ageless);
  }
};

class SchedulesBeforeCommit final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::int64_t schedule(const StoredEvent& event, Time due, UnitOfWork*) override {
    return inner_.schedule(event, due, nullptr);
  }
};

class ReleasesTooEarly final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  std::vector<ScheduledEvent> release_due(Time now, std::size_t limit) override {
    return inner_.release_due(now + std::chrono::seconds{5}, limit);
  }
};

class CannotCancel final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  bool cancel(std::int64_t number) override {
    for (const ScheduledEvent& event : inner_.scheduled(1'000)) {
      if (event.number == number) return true;
    }
    return false;
  }
};

class ForgetsTheInbox final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  bool first_seen(std::string_view, std::string_view, Time, std::chrono::milliseconds, UnitOfWork*) override {
    return true;
  }
};

class NeverForgetsTheInbox final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  bool first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds,
                  UnitOfWork* unit) override {
    return inner_.first_seen(inbox, id, now, std::chrono::hours{1'000'000}, unit);
  }
};

class KeepsInboxOfRollbacks final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  bool first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                  UnitOfWork*) override {
    return inner_.first_seen(inbox, id, now, keep, nullptr);
  }
};

}  // namespace

std::vector<Mutant> mutants_of_the_rest() {
  return {mutant<NeverPauses>("a paused consumer receives"),
          mutant<KeepsRemovedConsumers>("a removed consumer stays"),
          mutant<ReplaysOneTooFew>("a replay leaves the last one out"),
          mutant<RewindsOneTooFar>("a rewind goes one too far"),
          mutant<RewindsBeforeCommit>("a rewind happens before the commit of its unit"),
          mutant<RetriesByDiscarding>("a dead letter that is retried is lost"),
          mutant<IgnoresGroups>("more dead letters are discarded than were selected"),
          mutant<ForgetsFirstAttempts>("a dead letter forgets an attempt"),
          mutant<HidesLosses>("what retention took is not told"),
          mutant<TakesInterestForLimits>("interest removes what somebody wants"),
          mutant<NeverRefuses>("new events are not refused"),
          mutant<KeepsOneLess>("retention removes one too many"),
          mutant<NeverAges>("retention knows no age"),
          mutant<SchedulesBeforeCommit>("an event is scheduled before its unit commits"),
          mutant<ReleasesTooEarly>("a scheduled event comes too early"),
          mutant<CannotCancel>("a cancelled event comes all the same"),
          mutant<ForgetsTheInbox>("the inbox forgets"),
          mutant<NeverForgetsTheInbox>("the inbox forgets nothing"),
          mutant<KeepsInboxOfRollbacks>("the inbox keeps what was rolled back")};
}
