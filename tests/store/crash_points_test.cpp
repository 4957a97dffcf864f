#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/testing/temporary_directory.hpp>
#include <functional>
#include <set>
#include <unordered_map>

#include "crash_scenario.hpp"
#include "crash_vfs.hpp"
#include "part.hpp"

using namespace ashlar::store;
using Survives = PowerCut::Survives;

namespace {

struct Step {
  std::string name;
  std::size_t end = 0;  // operations until then
  std::string content{};
};

std::size_t hash_of(const DiskFiles& files) {
  std::size_t hash = 0;
  for (const auto& [path, bytes] : files) hash = hash * 31 + std::hash<std::string>{}(path + bytes);
  return hash;
}

// The scenario, and the disk it was done on.
class CrashPoints {
 public:
  explicit CrashPoints(Synchronous synchronous) {
    crash_scenario(file_, synchronous, [&](const std::string& name) { steps_.push_back({name, disk_.count()}); });
    operations_ = disk_.operations();
    PowerCut cut(operations_);
    for (Step& step : steps_) {
      while (cut.at() < step.end) cut.advance();
      step.content = content(cut.left(Survives::everything));
    }
  }

  // Calls `look` with what is left at every point: with the state that must be there, which is steps()[step], and whether
  // the next step was on its way.
  void try_all(
      const std::function<void(std::size_t step, bool next_too, Survives survives, const DiskFiles& left)>& look) {
    std::size_t step = 0;
    for (PowerCut cut(operations_);; cut.advance()) {
      while (step + 1 < steps_.size() && steps_[step + 1].end <= cut.at()) ++step;
      const bool looks = cut.at() % every == 0 || cut.at_end();
      for (const auto survives : {Survives::everything, Survives::synced, Survives::half, Survives::some}) {
        if (!looks) continue;
        ++points_;
        look(step, !cut.at_end(), survives, cut.left(survives));
      }
      if (cut.at_end()) return;
    }
  }

  // What is in the file when the disk is this.
  const std::string& content(const DiskFiles& left) {
    std::string& known = contents_[hash_of(left)];
    if (known.empty()) {
      disk_.load(left);
      known = content_of(file_) + "end";
    }
    return known;
  }

  // What is wrong after an application has gone on from there. Once for each content and kind of power cut.
  std::string problems_of(Survives survives, const std::string& content, const DiskFiles& left) {
    if (!finished_.insert({survives, std::hash<std::string>{}(content)}).second) return {};
    disk_.load(left);
    CrashApplication app(file_);
    {
      Database database = app.store.connect();
      database.execute(
          "CREATE TABLE IF NOT EXISTS crash_order (number INTEGER PRIMARY KEY) STRICT;"
          "CREATE TABLE IF NOT EXISTS crash_effect (sequence INTEGER NOT NULL, key TEXT NOT NULL) STRICT");
    }
    app.open_consumers();
    app.publish(60, "even");
    return app.finish();
  }

  const std::vector<Step>& steps() const { return steps_; }
  std::size_t operations() const { return operations_.size(); }
  std::size_t points() const { return points_; }
  std::size_t disks() const { return contents_.size(); }
  std::size_t finished() const { return finished_.size(); }

 private:
  ashlar::testing::TemporaryDirectory folder_;  // of what is no file of SQLite's
  std::filesystem::path file_ = folder_.path() / "shop.db";
  CrashDisk disk_;
  std::vector<Step> steps_;
  std::vector<DiskOperation> operations_;
  std::unordered_map<std::size_t, std::string> contents_;
  std::set<std::pair<Survives, std::size_t>> finished_;
  std::size_t points_ = 0;
};

}  // namespace

TEST_CASE("E1: wherever the power fails, all that was committed is there, and nothing of what was not") {
  CrashPoints crash(Synchronous::full);
  const auto& steps = crash.steps();
  crash.try_all([&](std::size_t step, bool next_too, Survives survives, const DiskFiles& left) {
    const std::string& content = crash.content(left);
    // A claim that settles nothing need not survive a power cut: what it claimed is claimed again.
    std::size_t first = step;
    while (first > 0 && steps[first].name == "claim") --first;
    const auto end = steps.begin() + static_cast<std::ptrdiff_t>(step) + (next_too ? 2 : 1);
    const bool right = std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(first), end,
                                   [&](const Step& one) { return one.content == content; });
    if (!right)
      FAIL_CHECK("after step ", step, " (", steps[step].name, "): ", content, "\ninstead of: ", steps[step].content);
    const std::string problems = crash.problems_of(survives, content, left);
    if (!problems.empty()) FAIL_CHECK("after step ", step, " (", steps[step].name, "), gone on: ", problems);
  });
  MESSAGE(crash.points(), " crash points: ", crash.operations(), " operations on the disk in ", steps.size(),
          " steps, four kinds of power cut; ", crash.disks(), " different disks, ", crash.finished(),
          " of them gone on with to the end");
}

TEST_CASE("E1: where commits do not wait for the disk, a power cut takes back the newest ones, whole") {
  CrashPoints crash(Synchronous::normal);
  const auto& steps = crash.steps();
  std::size_t lost = 0;
  crash.try_all([&](std::size_t step, bool next_too, Survives, const DiskFiles& left) {
    const std::string& content = crash.content(left);
    const auto end = steps.begin() + static_cast<std::ptrdiff_t>(step) + (next_too ? 2 : 1);
    const bool known = std::any_of(steps.begin(), end, [&](const Step& one) { return one.content == content; });
    if (!known) FAIL_CHECK("after step ", step, " (", steps[step].name, "): ", content);
    if (content != steps[step].content && !(next_too && content == steps[step + 1].content)) ++lost;
  });
  // So the disk that is tested with does lose what nobody has waited for.
  CHECK(lost > 0);
  MESSAGE(crash.points(), " crash points, ", lost, " of them lost commits");
}
