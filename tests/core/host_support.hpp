#pragma once

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/event.hpp>
#include <ashlar/host.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// What the tests of the host share: modules whose every phase is a lambda, a journal of what happened, gates between
// threads.

namespace bells {

struct Rang {
  int number = 0;
};
ASHLAR_EVENT(Rang, "bells.bell.rang", 1, number)

struct Echoed {
  int number = 0;
};
ASHLAR_EVENT(Echoed, "bells.bell.echoed", 1, number)

}  // namespace bells

// What happened, in order. Any thread.
class Journal {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  // All lines, joined by ", ".
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return joined(lines_, ", ");
  }

  // Of the lines `verb x` the x, joined by blanks: `names("start")` is "a b".
  std::string names(std::string_view verb) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const std::string& line : lines_) {
      if (line.starts_with(std::string(verb) + ' ')) names.push_back(line.substr(verb.size() + 1));
    }
    return joined(names, " ");
  }

  // How often this line was written.
  long count(std::string_view line) const {
    const std::lock_guard lock(mutex_);
    return std::count(lines_.begin(), lines_.end(), line);
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
  }

 private:
  static std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    std::string text;
    for (const std::string& word : words) text.append(text.empty() ? "" : separator).append(word);
    return text;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// Closed until somebody opens it. Who waits for it gives up after ten seconds, so that a test fails instead of hanging.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

  void pass() {
    std::unique_lock lock(mutex_);
    if (!opened_.wait_for(lock, std::chrono::seconds{10}, [this] { return open_; })) {
      throw std::runtime_error("nobody opened the gate");
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Opens a gate at the end of a test, also of one that fails: what hangs is let go before the host is destroyed.
class OpenAtExit {
 public:
  explicit OpenAtExit(Gate& gate) : gate_(gate) {}
  ~OpenAtExit() { gate_.open(); }
  OpenAtExit(const OpenAtExit&) = delete;
  OpenAtExit& operator=(const OpenAtExit&) = delete;

 private:
  Gate& gate_;
};

// Asks again and again, giving way to the other threads, until it is so; false after ten seconds.
template <class Condition>
bool comes_true(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// Gives the other threads every chance to do what they must not do.
inline void give_way() {
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
}

// What a module of a test does in each phase.
struct Script {
  std::function<void(ashlar::Declaration&)> declare{};
  std::function<void(ashlar::ModuleContext&)> prepare{};
  std::function<void(ashlar::EventRegistry&)> register_handlers{};
  std::function<void(ashlar::ModuleContext&)> start{};
  std::function<void()> stop{};
};

// Writes `declare a`, `prepare a`, …, `destroy a` into the journal, where it has one, and does what its script says.
class ScriptedModule final : public ashlar::Module {
 public:
  ScriptedModule(std::string name, Journal* journal, Script script)
      : name_(std::move(name)), journal_(journal), script_(std::move(script)) {}
  ~ScriptedModule() override { note("destroy"); }

  std::string_view name() const override { return name_; }
  void declare(ashlar::Declaration& declaration) override { run("declare", script_.declare, declaration); }
  void prepare(ashlar::ModuleContext& context) override { run("prepare", script_.prepare, context); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    run("register", script_.register_handlers, registry);
  }
  void start(ashlar::ModuleContext& context) override { run("start", script_.start, context); }
  void stop() override { run("stop", script_.stop); }

 private:
  template <class... Argument>
  void run(const char* phase, const std::function<void(Argument&...)>& action, Argument&... argument) {
    note(phase);
    if (action) action(argument...);
  }
  void note(const char* phase) {
    if (journal_ != nullptr) journal_->add(std::string(phase) + ' ' + name_);
  }

  std::string name_;
  Journal* journal_;
  Script script_;
};

inline std::unique_ptr<ashlar::Module> scripted(std::string name, Script script = {}) {
  return std::make_unique<ScriptedModule>(std::move(name), nullptr, std::move(script));
}

inline std::unique_ptr<ashlar::Module> scripted(std::string name, Journal& journal, Script script = {}) {
  return std::make_unique<ScriptedModule>(std::move(name), &journal, std::move(script));
}

// The module `bells`, which declares Rang and Echoed; tests publish in its name.
inline std::unique_ptr<ashlar::Module> bell_tower() {
  return scripted("bells", {.declare = [](ashlar::Declaration& d) {
                    d.emits<bells::Rang>();
                    d.emits<bells::Echoed>();
                  }});
}

inline ashlar::PublishReport ring(ashlar::ModuleHost& host, int number = 1) {
  return host.bus_of("bells").publish(bells::Rang{number});
}

inline bool refuses_events(ashlar::ModuleHost& host) {
  try {
    ring(host, 0);
    return false;
  } catch (const ashlar::PublishRefused&) {
    return true;
  }
}

inline ashlar::HostOptions options_with(ashlar::Clock& clock) {
  ashlar::HostOptions options;
  options.clock = &clock;
  return options;
}

inline ashlar::ModuleState state_of(const ashlar::ModuleHost& host, std::string_view module) {
  for (const ashlar::ModuleDescription& description : host.describe().modules) {
    if (description.name == module) return description.state;
  }
  throw std::runtime_error("no module " + std::string(module));
}

// What a host of these modules says when it is started.
template <class... Modules>
std::string error_of_start(std::unique_ptr<Modules>... modules) {
  ashlar::ModuleHost host;
  (host.add(std::move(modules)), ...);
  try {
    host.start();
  } catch (const std::exception& error) {
    return ashlar::full_message(error);
  }
  return "it started";
}
