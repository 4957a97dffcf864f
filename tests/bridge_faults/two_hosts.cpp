#include "two_hosts.hpp"
#include "patience.hpp"

#include <doctest/doctest.h>

#include <array>
#include <ashlar/json.hpp>
#include <ashlar/rabbitmq/bridge.hpp>
#include <set>
#include <utility>

using bridge_test::Placed;
using bridge_test::Process;

namespace {

std::string text_of(const Placed& event) { return event.order + " " + std::to_string(event.number); }

std::size_t size_of(std::mutex& mutex, const std::vector<Placed>& list) {
  const std::lock_guard lock(mutex);
  return list.size();
}

std::string repeated(const std::string& where, const std::vector<Placed>& list) {
  std::map<std::string, int> counts;
  std::string text;
  for (const Placed& event : list) {
    if (++counts[text_of(event)] == 2) text += text_of(event) + " came twice to " + where + "\n";
  }
  return text;
}

}  // namespace

void Ledger::committed(const Placed& event) {
  const std::lock_guard lock(mutex_);
  committed_.push_back(event);
}

void Ledger::handled_here(const Placed& event) {
  const std::lock_guard lock(mutex_);
  here_.push_back(event);
}

void Ledger::handled_there(const Placed& event) {
  const std::lock_guard lock(mutex_);
  there_.push_back(event);
}

std::size_t Ledger::committed() const { return size_of(mutex_, committed_); }
std::size_t Ledger::handled_here() const { return size_of(mutex_, here_); }
std::size_t Ledger::handled_there() const { return size_of(mutex_, there_); }

std::string Ledger::differences(const std::vector<Placed>& log) const {
  const std::lock_guard lock(mutex_);
  std::string text =
      repeated("its own handler", here_) + repeated("the handler there", there_) + repeated("the log there", log);
  std::set<std::string> committed;
  for (const Placed& event : committed_) committed.insert(text_of(event));
  for (const auto& [where, list] : {std::pair{"the handler there", &there_}, std::pair{"the log there", &log}}) {
    std::set<std::string> came;
    std::map<std::string, int> last;
    for (const Placed& event : *list) {
      came.insert(text_of(event));
      if (!committed.contains(text_of(event))) text += text_of(event) + " was invented, says " + where + "\n";
      const auto [known, is_first] = last.emplace(event.order, event.number);
      if (!is_first && known->second > event.number) {
        text += text_of(event) + " came after " + std::to_string(known->second) + " to " + where + "\n";
      }
      known->second = event.number;
    }
    for (const std::string& event : committed) {
      if (!came.contains(event)) text += event + " did not come to " + where + "\n";
    }
  }
  for (const Placed& event : here_) committed.erase(text_of(event));
  for (const std::string& event : committed) text += event + " did not come to its own handler\n";
  return text.substr(0, 2'000);
}

TwoHosts::TwoHosts(FaultOptions options) : TwoHosts(shared_rabbit(), shared_rabbit().add_vhost(), std::move(options)) {}

TwoHosts::TwoHosts(const RabbitControl& on, std::string in, FaultOptions options)
    : broker(on),
      vhost(std::move(in)),
      publisher_line(broker.port()),
      consumer_line(broker.port()),
      options_(std::move(options)),
      publisher(ashlar::rabbitmq::bridge().make(), section(publisher_line, options_.more_of_publisher)),
      consumer(ashlar::rabbitmq::bridge().make(),
               section(consumer_line, "  publish: []\n  consume: [{queue: faults.in, type: " + options_.queue_type +
                                          ", bindings: [" + options_.bindings + "], prefetch: " +
                                          std::to_string(options_.prefetch) + "}]\n" + options_.more_of_consumer)) {
  publisher.with(
      "orders",
      {.declare =
           [](ashlar::Declaration& d) { d.emits<bridge_test::Placed>().key(&Placed::order).leaves_the_process(); },
       .handlers =
           [this](ashlar::EventRegistry& r) { r.on([this](const Placed& event) { ledger_.handled_here(event); }); }});
  // Not by the name of the module that published them, so that they do not go out again.
  consumer.with("mirror",
                {.declare = [](ashlar::Declaration& d) { d.emits<bridge_test::Placed>().key(&Placed::order); },
                 .handlers =
                     [this](ashlar::EventRegistry& r) {
                       r.on([this](const Placed& event) {
                         if (options_.before_handling) options_.before_handling(event);
                         ledger_.handled_there(event);
                       });
                     }});
}

TwoHosts::~TwoHosts() { end_load(); }

std::string TwoHosts::section(const TcpProxy& line, const std::string& more) const {
  return "rabbitmq:\n  url: " + broker.url(vhost, line.port()) +
         "\n  exchange: faults.events\n  heartbeat: 1s\n  window: " + std::to_string(options_.window) + "\n" +
         options_.more + more;
}

void TwoHosts::start() {
  // The queue first, so that nothing is published that nobody takes.
  consumer.start();
  REQUIRE(wait_until_connected());
  publisher.start();
  REQUIRE(wait_until_connected());
}

bool TwoHosts::stop(Process& process) {
  ++stops_;
  return process.host().stop().clean();
}

bool TwoHosts::wait_until_connected() {
  using ashlar::bridge::LinkState;
  return Process::eventually([this] {
    return consumer.status().broker.consuming.state == LinkState::connected &&
           (!publisher.host().running() || publisher.status().broker.publishing.state == LinkState::connected);
  });
}

void TwoHosts::publish(const std::string& key, int count) {
  for (int i = 0; i < count; ++i) {
    const Placed event{key, next_[key]};
    // A host that has stopped takes none.
    if (!publisher.bus("orders").publish(event).ok()) return;
    ++next_[key];
    ledger_.committed(event);
  }
}

void TwoHosts::begin_load() {
  load_ends_ = false;
  load_ = std::thread([this] {
    for (int i = 0; !load_ends_; ++i) {
      try {
        publish("k" + std::to_string(i % 40));
      } catch (const ashlar::Error&) {
        // The host stops, and publishing is refused.
      }
      // As a pace.
      keep_pace(options_.pace);
    }
  });
}

void TwoHosts::end_load() {
  load_ends_ = true;
  if (load_.joinable()) load_.join();
}

bool TwoHosts::publishing_goes_on(std::size_t count) {
  const std::size_t target = ledger_.committed() + count;
  return Process::eventually([&] { return ledger_.committed() >= target; });
}

bool TwoHosts::wait_for_handled_there(std::size_t more) {
  const std::size_t target = ledger_.handled_there() + more;
  return Process::eventually([&] { return ledger_.handled_there() >= target; });
}

std::vector<Placed> TwoHosts::log_there() {
  std::vector<Placed> events;
  const std::array<std::string, 1> all{"#"};
  for (std::int64_t from = 1, last = consumer.log().bounds().last; from <= last;) {
    auto page = consumer.log().read(from, 1'000, all);
    from = page.next;
    for (const auto& event : page.events) events.push_back(ashlar::from_json<Placed>(event.data));
  }
  return events;
}

// Until all of it is there. A line that was gone often may be tried again after half a minute only.
bool TwoHosts::wait_while_more_comes() {
  using Clock = std::chrono::steady_clock;
  std::size_t seen = 0;
  for (auto since = Clock::now(); Clock::now() - since < std::chrono::seconds{60}; std::this_thread::yield()) {
    const std::size_t now = ledger_.handled_there();
    if (now >= ledger_.committed()) return true;
    if (now > seen) since = Clock::now();
    seen = now;
  }
  return false;
}

void TwoHosts::check() {
  end_load();
  CHECK(wait_while_more_comes());
  CHECK(publisher.wait_for_out());
  CHECK(Process::eventually([this] { return consumer.status().broker.unsettled == 0; }));
  CHECK(ledger_.differences(log_there()) == "");
  CHECK(publisher.log().dead_letters({}).empty());
  CHECK(consumer.log().dead_letters({}).empty());
  const auto out = publisher.status().broker;
  const ashlar::bridge::BridgeStatus in = consumer.status();
  const std::uint64_t gone_out = out.publishing.connects - 1;
  const std::uint64_t gone_in = in.broker.consuming.connects - 1;
  const auto window = static_cast<std::uint64_t>(options_.window);
  const auto prefetch = static_cast<std::uint64_t>(options_.prefetch);
  // A stop does not wait for long for a broker that is slow to confirm.
  INFO("lines that were gone: ", gone_out, " publishing, ", gone_in, " consuming");
  CHECK(in.duplicates <= (gone_out + stops_) * window + gone_in * prefetch);
  CHECK(in.rejected == 0);
  MESSAGE(ledger_.committed(), " events, ", in.duplicates, " came again; lines gone: ", gone_out, " publishing, ",
          gone_in, " consuming");
}
