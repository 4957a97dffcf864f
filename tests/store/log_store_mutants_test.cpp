#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log_store_forwarding.hpp"
#include "log_store_model.hpp"
#include "log_store_mutants.hpp"
#include "part.hpp"

namespace {

// The store in memory, behind a mutant.
class MutantBench final : public LogBench {
 public:
  explicit MutantBench(const Mutant& mutant) : right_(memory_bench()), wrong_(mutant.make(right_->log())) {}

  ashlar::store::LogStore& log() override { return *wrong_; }
  void reopen() override { right_->reopen(); }
  std::unique_ptr<Unit> begin() override { return right_->begin(); }

  std::unique_ptr<Process> start_process() override {
    class Wrong final : public Process {
     public:
      Wrong(std::unique_ptr<Process> right, ashlar::store::LogStore& log) : right_(std::move(right)), log_(log) {}
      ashlar::store::LogStore& log() override { return log_; }
      ashlar::store::Owner owner() override { return right_->owner(); }

     private:
      std::unique_ptr<Process> right_;
      ashlar::store::LogStore& log_;
    };
    return std::make_unique<Wrong>(right_->start_process(), *wrong_);
  }

 private:
  std::unique_ptr<LogBench> right_;
  std::unique_ptr<ashlar::store::LogStore> wrong_;
};

std::optional<ModelDifference> difference_of(const Mutant& mutant, int seeds = 200) {
  return find_difference(
      memory_bench, [&mutant] { return std::make_unique<MutantBench>(mutant); }, 1, seeds, 80);
}

}  // namespace

TEST_CASE("the model test notices every wrong LogStore, and shows each in few steps") {
  std::vector<Mutant> mutants = mutants_of_events();
  for (const auto& more : {mutants_of_deliveries(), mutants_of_the_rest()}) {
    mutants.insert(mutants.end(), more.begin(), more.end());
  }
  std::size_t tried = 0;
  std::size_t noticed = 0;
  std::size_t most_steps = 0;
  for (std::size_t number = 0; number < mutants.size(); number += every) {
    const Mutant& mutant = mutants[number];
    ++tried;
    CAPTURE(mutant.wrong);
    const auto difference = difference_of(mutant);
    CHECK(difference.has_value());
    if (!difference) continue;
    ++noticed;
    most_steps = std::max(most_steps, difference->steps.size());
    CHECK(difference->text().find("seed ") == 0);
  }
  MESSAGE(noticed << " of " << tried << " wrong stores noticed, with " << most_steps << " steps at most");
  CHECK(most_steps <= 20);
}

TEST_CASE("the model test notices nothing in a store that only asks a right one") {
  const Mutant right{"nothing", [](ashlar::store::LogStore& log) { return std::make_unique<ForwardingLog>(log); }};
  CHECK_FALSE(difference_of(right, 200 / every).has_value());
}

TEST_CASE("the model test tells the seed, the steps and both states of a difference") {
  const auto difference = difference_of(mutants_of_events().at(0));
  REQUIRE(difference.has_value());
  const std::string text = difference->text();
  CHECK(text.find("shrunk to " + std::to_string(difference->steps.size()) + " steps") != std::string::npos);
  CHECK(text.find("append") != std::string::npos);
  CHECK(text.find("instead of") != std::string::npos);
}
