#pragma once

#include <array>
#include <ashlar/store/log_store.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log_store_bench.hpp"

// Random steps that are made on two stores at once; after each of them both must say the same.

// One step: what, and numbers from which it makes its arguments, so that it means something also when others are left out.
struct ModelStep {
  enum class Kind {
    append,
    append_in_unit,  // with acks, a schedule and an inbox id; commits or rolls back
    append_later,
    claim,
    claim_and_settle,
    settle,
    pass_time,
    end_owner,
    die,
    pause,
    resume,
    replay,
    rewind,
    retry,
    discard,
    bury_foreign,
    set_retention,
    retain,
    schedule,
    cancel,
    release,
    first_seen,
    open_consumer,
    remove_consumer,
    reopen,
    count_of_kinds
  };

  Kind kind = Kind::append;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t d = 0;
};

std::string text_of(const ModelStep& step);

// One of the two stores, and who uses it.
class ModelRun {
 public:
  explicit ModelRun(std::unique_ptr<LogBench> bench);

  struct Said {
    std::string text;
    bool more = false;  // of a claim; a store may say it needlessly
  };

  Said make(const ModelStep& step);

  // Everything that the store tells of itself.
  std::string state();

 private:
  static constexpr std::size_t owner_count = 3;  // the last one is a process of its own

  struct Held {
    std::string consumer;
    std::int64_t sequence = 0;
  };

  ashlar::store::LogStore& log_of(std::size_t owner);
  ashlar::store::Owner id_of(std::size_t owner);
  void begin_owners();
  std::vector<ashlar::StoredEvent> events_of(const ModelStep& step) const;
  ashlar::store::ConsumerSettings settings_of(std::size_t consumer, std::uint32_t variant) const;
  std::vector<ashlar::store::Settlement> settlements_of(std::size_t owner, const std::string& consumer,
                                                        const ModelStep& step) const;
  Said apply(const ModelStep& step);
  Said claim(const ModelStep& step, bool settles_first);
  std::string append_in_unit(const ModelStep& step);
  std::string letters();

  std::unique_ptr<LogBench> bench_;
  ashlar::Time now_;
  std::array<ashlar::store::Owner, owner_count> owners_{};
  std::unique_ptr<LogBench::Process> process_;
  std::array<std::vector<Held>, owner_count> held_;  // newest last; also what is settled
};

struct ModelDifference {
  std::uint64_t seed = 0;
  std::vector<ModelStep> steps{};  // as few as were found to show it
  std::string problem{};

  std::string text() const;
};

std::vector<ModelStep> random_steps(std::uint64_t seed, std::size_t count);

// Nothing, or where the two differ.
std::optional<std::string> difference_after(const MakeBench& reference, const MakeBench& tested,
                                            const std::vector<ModelStep>& steps);

// The same for `seeds` random runs; a difference is shrunk.
std::optional<ModelDifference> find_difference(const MakeBench& reference, const MakeBench& tested,
                                               std::uint64_t first_seed, int seeds, std::size_t steps);
