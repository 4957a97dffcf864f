#pragma once

#include <ashlar/store/log_store.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/format.hpp"
#include "log/names.hpp"
#include "log/owners.hpp"
#include "log/work.hpp"
#include "query.hpp"

namespace ashlar::store {

// What is noted as of later than now by more than this was noted before the clock was set back: it is due. By less, it comes
// from a neighbour that has asked for the time after us, and has changed the log before.
inline constexpr std::chrono::milliseconds clock_tolerance{60'000};

// A consumer as its row says.
struct Consumer {
  std::int64_t number = 0;
  std::string name;
  std::int64_t next = 1;           // everything below has been looked at
  std::int64_t replay_before = 0;  // everything below has been delivered before
  bool paused = false;
  int max_deliver = 5;
  std::chrono::milliseconds ack_wait{0};
  std::int64_t max_in_flight = 0;
  Selection* selection = nullptr;
};

// The consumers of a log: where each of them is, in three tables.
//
//   ashlar_consumer  `next`: the first event that it has not looked at
//   ashlar_lease     runs of events below `next` that an owner holds, each for its first time
//   ashlar_delivery  everything else that is not simply done: one row for each event
//
// So what goes well costs one row for a whole batch: a lease is written and removed again. All functions run in a
// transaction, and so one at a time.
class ConsumerRows {
 public:
  ConsumerRows(Names& names, const Owners& owners) : names_(names), owners_(owners) {}

  // Throws Error for one that the log does not know.
  Consumer find(Connection& db, std::string_view name);

  void open(Work& work, const ConsumerSettings& settings);
  void remove(Work& work, std::string_view name);
  std::vector<ConsumerStatus> status(Connection& db);

  // Of a work queue: throws Error where two consumers want the same event.
  void check_work_queue(Connection& db);

  Claim claim(Work& work, const Consumer& consumer, Owner owner, std::size_t limit, Time now);
  std::vector<SettlementResult> settle(Work& work, const Consumer& consumer, Owner owner,
                                       std::span<const Settlement> settlements, Time now);
  void give_back(Work& work, Owner owner);
  std::vector<std::int64_t> replay(Work& work, const Consumer& consumer, std::int64_t from, std::int64_t to, Time now);
  void rewind(Work& work, const Consumer& consumer, std::int64_t sequence);

  // A dead letter goes back to its consumer, with its own copy of the event.
  void deliver_again(Work& work, const Consumer& consumer, const DeadLetter& letter, Time now);

  // Whether some consumer is not done with it.
  bool is_wanted(Connection& db, std::int64_t sequence, std::int64_t name);

  // Retention removed these events; what consumers had not settled of them is counted as lost.
  void forget(Work& work, std::span<const std::int64_t> sequences);

 private:
  using State = DeliveryState;
  using Asked = DeliveryAsked;

  struct Lease {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t deliveries = 0;
    Owner owner = 0;
    Time since{};
    Time until{};
  };

  struct Row {
    std::int64_t sequence = 0;
    State state = State::waiting;
    int count = 0;
    std::string key;
    Time since{};
    Time due{};
    Owner owner = 0;
    bool alone = false;
    bool replay = false;
    Asked asked = Asked::no;
    std::optional<Time> first_failure{};
    std::string attempts{};
  };

  std::optional<std::int64_t> first_open(Connection& db, std::int64_t consumer, Selection& selection);
  std::vector<Lease> leases(Connection& db, const Consumer& consumer);
  std::optional<Lease> lease_of(Connection& db, const Consumer& consumer, std::int64_t sequence);
  std::optional<Row> row_of(Connection& db, const Consumer& consumer, std::int64_t sequence);
  std::vector<Row> rows(Connection& db, const Consumer& consumer, State state, std::size_t limit);
  static Row read_row(const Query& row);
  void write(Work& work, const Consumer& consumer, const Row& row);
  void shrink(Work& work, const Consumer& consumer, const Lease& lease);

  std::vector<Row> dissolve(Work& work, const Consumer& consumer, const Lease& lease);

  void lapse(Work& work, const Consumer& consumer, Time now);
  void lapse_lease(Work& work, const Consumer& consumer, const Lease& lease, Time now, std::string_view why);
  void lapse_row(Work& work, const Consumer& consumer, Row row, Time now, std::string_view why);
  void bury_given_up(Work& work, const Consumer& consumer, Time now, Claim& claim);

  void park(Work& work, const Consumer& consumer, Row row);
  void finish(Work& work, const Consumer& consumer, std::int64_t sequence, const std::string& key);
  void unblock(Work& work, const Consumer& consumer, const std::string& key);
  void unblock_all(Work& work, const Consumer& consumer);
  bool has_rows_from(Connection& db, const Consumer& consumer, std::int64_t sequence);
  bool has_blocked(Connection& db, const Consumer& consumer);
  bool in_a_lease(Connection& db, const Consumer& consumer, const std::string& key, std::int64_t before, Owner except);
  bool may_hold(Connection& db, const Consumer& consumer, const Row& row, Owner owner, Time now);
  std::vector<Row> first_blocked(Connection& db, const Consumer& consumer);

  void claim_rows(Work& work, const Consumer& consumer, Owner owner, std::size_t limit, Time now, Claim& claim);
  void hold(Work& work, const Consumer& consumer, Owner owner, Row row, Time now, Claim& claim);
  void claim_fresh(Work& work, const Consumer& consumer, Owner owner, std::size_t limit, Time now, Claim& claim);
  std::optional<Time> next_time(Connection& db, const Consumer& consumer, Owner owner, Time now);
  std::int64_t in_flight(Connection& db, const Consumer& consumer);

  bool settle_lease(Work& work, const Consumer& consumer, Owner owner, std::span<const Settlement> settlements,
                    Time now);
  SettlementResult settle_one(Work& work, const Consumer& consumer, Owner owner, const Settlement& settlement,
                              Time now);
  std::optional<StoredEvent> event_of(Connection& db, const Consumer& consumer, const Row& row);
  void note_failure(Row& row, Time now, std::string_view error);
  std::int64_t bury(Work& work, const Consumer& consumer, const Row& row, std::string_view reason, Time now);

  Names& names_;
  const Owners& owners_;
  std::map<std::string, Selection, std::less<>> selections_;  // by the text of the events
};

}  // namespace ashlar::store
