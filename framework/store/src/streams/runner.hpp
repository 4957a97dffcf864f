#pragma once

#include <ashlar/event_log.hpp>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "backoff.hpp"
#include "call.hpp"
#include "complaints.hpp"
#include "context.hpp"

namespace ashlar::store {

// Runs one stream consumer: takes deliveries from the store, has them handled, and writes their outcomes with the next
// taking, so that a batch costs one commit. With one worker all of it happens on the runner's own thread; with several
// that thread only talks to the store.
class Runner {
 public:
  // `number` is the runner's place in the bell. The context outlives it.
  Runner(const StreamContext& context, LoggedConsumer consumer, std::size_t number,
         Randomness random = make_randomness());

  // After stop() or where it was never begun; waits for its threads.
  ~Runner();

  // Nothing where the receiver takes nothing: what it would get waits for another start.
  void begin();

  // Takes nothing more, gives back what was not begun.
  void stop();
  bool has_ended() const { return ended_.load(); }
  void join();

  const std::string& name() const { return consumer_.name; }
  std::size_t number() const { return number_; }

  // Whether it waits, and had nothing to do since the bell rang last.
  bool is_idle() const { return idle_at_.load() == context_.bell.rung(number_); }

  // How many it has taken so far.
  std::uint64_t taken() const { return taken_.load(); }

  // Why it does not get on, or nothing.
  std::string trouble() const;

 private:
  struct Worker {
    Worker(const StreamContext& context, const LoggedConsumer& consumer, Randomness random)
        : call(context, consumer, std::move(random)) {}

    Call call;
    std::deque<Taken> queue;
    std::vector<Taken> running;
    Clock::Steady overdue_at{};  // when the store may give out again what runs
    std::condition_variable changed;
    std::thread thread;
  };

  // What the store is told next. Keys are blocked from the moment one of theirs was not acked until the store knows.
  struct Outbox {
    std::vector<Settlement> settlements;
    std::vector<Uuid> ids;  // of the events, for the log
    std::set<std::string, std::less<>> blocked;
    Clock::Steady since{};

    void put_back(Outbox&& earlier);
  };

  // What was asked more time for.
  struct Extended {
    std::int64_t sequence = 0;
    Clock::Steady former{};  // end of its lease
  };

  using Lock = std::unique_lock<std::mutex>;

  bool is_inline() const { return workers_.size() == 1; }
  void run();
  void wait(Lock& lock, Clock::Steady now);
  void finish(Lock& lock);

  // --- talk.cpp: with the store. With the lock held; talk() lets it go while the store works.
  bool wants_to_claim(Clock::Steady now) const;
  bool wants_to_settle(Clock::Steady now) const;
  bool can_take() const;
  std::size_t room() const;
  void talk(Lock& lock, std::size_t limit);
  std::vector<Extended> add_extensions(Outbox& sending, Clock::Steady now);
  void undo(const std::vector<Extended>& extensions);
  void take_over(Claim claim, std::size_t limit, std::uint64_t rung, Time asked);
  void distribute(Taken taken);
  void report(const Outbox& sent, const std::vector<SettlementResult>& results);
  void report_dead(std::int64_t sequence, std::string_view event_id, std::string_view reason);
  void report_failure(const std::string& problem);

  // When those that wait in queues need more time, and when outcomes must be told at the latest.
  Clock::Steady refresh_at() const;
  Clock::Steady settle_at() const;

  // When the store should be asked whether what hangs has come back.
  Clock::Steady overdue_at() const;

  // --- crew.cpp: with the receiver. With the lock held; run_some() lets it go while the handler works.
  void work(Worker& worker);
  bool run_some(Lock& lock, Worker& worker);
  void record(Worker& worker);
  void supersede(std::int64_t sequence);
  void take_back_if(const std::function<bool(const Taken&)>& condition);
  void block(Worker& worker, const Taken& taken);
  void give_back_later(Worker& worker, const std::string& key, std::int64_t after);
  void settle_later(const Taken& taken, Settlement::Outcome outcome);
  Worker& worker_for(const std::string& key);
  std::size_t queued() const;
  std::size_t unfinished() const;
  void ask_for_overdue(Clock::Steady now);

  const StreamContext& context_;
  const LoggedConsumer consumer_;
  const std::size_t number_;
  Sleeper& sleeper_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex join_mutex_;
  std::thread thread_;
  std::atomic<std::uint64_t> idle_at_{0};
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<bool> ended_{true};
  std::atomic<bool> stopping_{false};

  // Guarded by sleeper_.mutex.
  Outbox outbox_;
  std::uint64_t seen_ = 0;  // rung() before the last claim
  bool exhausted_ = false;  // which found no more
  bool poked_ = false;      // a worker has finished something
  Clock::Steady again_at_ = Clock::Steady::max();
  Clock::Steady refreshed_{};                        // all in queues had at least their full time then
  Clock::Steady not_before_ = Clock::Steady::min();  // after an error of the store
  std::chrono::seconds pause_{1};
  std::string trouble_;
  Complaints complaints_;
};

}  // namespace ashlar::store
