#pragma once

#include <ashlar/testing/memory_log.hpp>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ashlar::testing {

// Everything a MemoryLog holds, under one mutex. Functions ending in _locked are called with it held.
class MemoryLog::State : public std::enable_shared_from_this<MemoryLog::State> {
 public:
  // A delivery that is in flight, or waits: one that failed, or was asked for by hand.
  struct Pending {
    int count = 0;
    std::optional<store::Owner> owner{};  // empty: waits
    Time lease_until{};
    Time due{};
    bool alone = false;
    bool replay = false;
    bool asked_for = false;                  // by replay() or retry(): stays also when it was never delivered
    std::optional<StoredEvent> own_event{};  // of a retried dead letter
    std::optional<Time> first_failure{};
    std::vector<store::Attempt> attempts{};  // the newest

    void failed(Time now, const std::string& error);
  };

  // Up to `floor` all is settled, or was before its start; above, what `settled` holds. The rest that is stored and matches
  // is still to be delivered, or is pending.
  struct Consumer {
    store::ConsumerSettings settings;
    std::int64_t floor = 0;
    std::set<std::int64_t> settled{};
    std::map<std::int64_t, Pending> pending{};  // by sequence
    std::int64_t replay_until = 0;
    std::int64_t lost = 0;
    bool paused = false;
  };

  struct Letter {
    store::DeadLetter letter;
    bool replay = false;
  };

  // What waits for the commit of one unit.
  struct Joined {
    std::vector<std::function<void(State&)>> actions{};
    std::vector<StoredEvent> events{};
    std::int64_t scheduled = 0;
    std::set<std::pair<std::string, std::int64_t>> acked{};
    std::set<std::pair<std::string, std::string>> seen{};
  };

  ~State();

  Joined& join_locked(UnitOfWork& unit);
  void wake();

  std::string name_locked(const std::string& stored_name) const;
  StoredEvent as_read_locked(StoredEvent event) const;
  bool matches_locked(std::span<const std::string> events, const StoredEvent& event) const;

  void check_room_locked(std::span<const StoredEvent> events) const;
  Stored add_locked(StoredEvent event);
  static std::int64_t bytes_of(const StoredEvent& event);

  Consumer& consumer_locked(std::string_view name);
  bool is_open_locked(const Consumer& consumer, const StoredEvent& event) const;
  std::int64_t position_locked(const Consumer& consumer) const;
  void settled_locked(Consumer& consumer, std::int64_t sequence);
  store::SettlementResult settle_locked(Consumer& consumer, store::Owner owner, const store::Settlement& settlement,
                                        Time now);
  static void give_back_locked(Consumer& consumer, std::int64_t sequence);
  std::int64_t bury_locked(Consumer& consumer, std::int64_t sequence, std::string reason);
  std::vector<std::int64_t> take_back_locked(Consumer& consumer, Time now);
  void take_locked(Consumer& consumer, store::Owner owner, std::size_t limit, Time now, store::Claim& claim);
  void rewind_locked(Consumer& consumer, std::int64_t sequence);

  std::vector<std::int64_t> selected_locked(const store::DeadLetterQuery& query) const;

  bool is_wanted_locked(const StoredEvent& event) const;
  void remove_locked(std::int64_t sequence);
  void check_work_queue_locked(const store::Retention& retention, const store::ConsumerSettings* another) const;

  void append_in_background();

  std::mutex mutex;
  std::map<std::int64_t, StoredEvent> events;
  std::map<Uuid, std::int64_t> ids;
  std::int64_t last = 0;
  std::int64_t bytes = 0;
  std::map<std::string, std::string, std::less<>> renamed;
  std::set<store::Owner> owners;
  store::Owner last_owner = 0;
  std::map<std::string, Consumer, std::less<>> consumers;
  std::map<std::int64_t, Letter> letters;
  std::int64_t last_letter = 0;
  void note_locked(const store::LogStore::Noting& noting, std::span<const std::int64_t> done);

  std::vector<store::LogAction> actions;
  store::Retention retention;
  std::map<std::pair<Time, std::int64_t>, StoredEvent> scheduled;  // by due time and number
  std::int64_t last_scheduled = 0;
  std::map<std::pair<std::string, std::string>, Time> inbox;  // until when
  std::map<const UnitOfWork*, std::weak_ptr<Joined>> units;   // gone: rolled back or committed

  struct Later {
    StoredEvent event;
    std::function<void(const Stored& stored, std::exception_ptr error)> done;
  };
  std::condition_variable changed;
  std::deque<Later> later;  // the first one may be being stored
  bool stopping = false;
  std::thread appender;  // runs from the first append_later() on

  std::recursive_mutex wake_mutex;  // never taken while `mutex` is held
  store::LogStore::Wake on_change;
};

}  // namespace ashlar::testing
