#include <algorithm>
#include <random>

#include "log_store_model.hpp"

using Kind = ModelStep::Kind;

namespace {

struct Weight {
  Kind kind;
  std::uint32_t weight;
  const char* name;
};

constexpr std::array weights{
    Weight{Kind::append, 14, "append"},
    Weight{Kind::append_in_unit, 6, "append_in_unit"},
    Weight{Kind::append_later, 3, "append_later"},
    Weight{Kind::claim, 20, "claim"},
    Weight{Kind::claim_and_settle, 12, "claim_and_settle"},
    Weight{Kind::settle, 20, "settle"},
    Weight{Kind::pass_time, 10, "pass_time"},
    Weight{Kind::end_owner, 2, "end_owner"},
    Weight{Kind::die, 3, "die"},
    Weight{Kind::pause, 1, "pause"},
    Weight{Kind::resume, 2, "resume"},
    Weight{Kind::replay, 2, "replay"},
    Weight{Kind::rewind, 1, "rewind"},
    Weight{Kind::retry, 3, "retry"},
    Weight{Kind::discard, 1, "discard"},
    Weight{Kind::bury_foreign, 1, "bury_foreign"},
    Weight{Kind::set_retention, 1, "set_retention"},
    Weight{Kind::retain, 2, "retain"},
    Weight{Kind::schedule, 2, "schedule"},
    Weight{Kind::cancel, 1, "cancel"},
    Weight{Kind::release, 3, "release"},
    Weight{Kind::first_seen, 2, "first_seen"},
    Weight{Kind::open_consumer, 2, "open_consumer"},
    Weight{Kind::remove_consumer, 1, "remove_consumer"},
    Weight{Kind::reopen, 1, "reopen"},
};
static_assert(weights.size() == static_cast<std::size_t>(Kind::count_of_kinds));

}  // namespace

std::string text_of(const ModelStep& step) {
  const auto found = std::find_if(weights.begin(), weights.end(), [&](const Weight& w) { return w.kind == step.kind; });
  return std::string(found == weights.end() ? "?" : found->name) + "(" + std::to_string(step.a) + ", " +
         std::to_string(step.b) + ", " + std::to_string(step.c) + ", " + std::to_string(step.d) + ")";
}

std::string ModelDifference::text() const {
  std::string text = "seed " + std::to_string(seed) + ", shrunk to " + std::to_string(steps.size()) + " steps:\n";
  for (const ModelStep& step : steps) text += "  " + text_of(step) + "\n";
  return text + problem;
}

std::vector<ModelStep> random_steps(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  const auto number = [&random](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  std::uint32_t total = 0;
  for (const Weight& weight : weights) total += weight.weight;
  std::vector<ModelStep> steps;
  while (steps.size() < count) {
    std::uint32_t at = number(total);
    for (const Weight& weight : weights) {
      if (at < weight.weight) {
        steps.push_back({weight.kind, number(1'000), number(1'000), number(1'000), number(1'000)});
        break;
      }
      at -= weight.weight;
    }
  }
  return steps;
}

std::optional<std::string> difference_after(const MakeBench& reference, const MakeBench& tested,
                                            const std::vector<ModelStep>& steps) {
  ModelRun one(reference());
  ModelRun other(tested());
  for (const ModelStep& step : steps) {
    const ModelRun::Said expected = one.make(step);
    const ModelRun::Said said = other.make(step);
    if (said.text != expected.text) {
      return text_of(step) + " gave\n  " + said.text + "\ninstead of\n  " + expected.text;
    }
    if (expected.more && !said.more) return text_of(step) + " did not say that there is more";
    const std::string expected_state = one.state();
    const std::string state = other.state();
    if (state != expected_state)
      return "after " + text_of(step) + " it is\n" + state + "\ninstead of\n" + expected_state;
  }
  return std::nullopt;
}

std::optional<ModelDifference> find_difference(const MakeBench& reference, const MakeBench& tested,
                                               std::uint64_t first_seed, int seeds, std::size_t count) {
  for (int i = 0; i < seeds; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    std::vector<ModelStep> steps = random_steps(seed, count);
    auto problem = difference_after(reference, tested, steps);
    if (!problem) continue;
    // Leaves out ever smaller parts for as long as a difference remains.
    for (std::size_t part = steps.size() / 2; part > 0; part /= 2) {
      for (std::size_t at = 0; at < steps.size();) {
        std::vector<ModelStep> fewer = steps;
        const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
        fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(part, fewer.size() - at)));
        if (auto still = difference_after(reference, tested, fewer)) {
          steps = std::move(fewer);
          problem = std::move(still);
        } else {
          at += part;
        }
      }
    }
    return ModelDifference{.seed = seed, .steps = steps, .problem = *problem};
  }
  return std::nullopt;
}
