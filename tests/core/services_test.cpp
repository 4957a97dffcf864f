#include "error_of.hpp"
#include "host_support.hpp"

#include <doctest/doctest.h>

namespace inventory {

// Cannot be copied or moved: what users get is the object itself.
class Stock {
 public:
  Stock() = default;
  Stock(const Stock&) = delete;
  Stock& operator=(const Stock&) = delete;
  virtual ~Stock() = default;
  virtual int left() = 0;
};

class Scales {
 public:
  virtual ~Scales() = default;
};

}  // namespace inventory

namespace {

using inventory::Scales;
using inventory::Stock;

// Provides itself, through its second base.
class Warehouse final : public ashlar::Module, public Stock {
 public:
  explicit Warehouse(Journal& journal) : journal_(journal) {}
  ~Warehouse() override { journal_.add("destroy warehouse"); }
  std::string_view name() const override { return "warehouse"; }
  void declare(ashlar::Declaration& d) override { d.provides<Stock>(); }
  void prepare(ashlar::ModuleContext& context) override { context.provide<Stock>(*this); }
  void stop() override { journal_.add("stop warehouse"); }
  int left() override { return --left_; }

 private:
  Journal& journal_;
  int left_ = 10;
};

// Uses the service from its first phase to its destructor.
class Shopper final : public ashlar::Module {
 public:
  Shopper(std::string name, Journal& journal) : name_(std::move(name)), journal_(journal) {}
  ~Shopper() override { use("destroy"); }
  std::string_view name() const override { return name_; }
  void declare(ashlar::Declaration& d) override { d.needs<Stock>(); }
  void prepare(ashlar::ModuleContext& context) override {
    stock = &context.service<Stock>();
    use("prepare");
  }
  void start(ashlar::ModuleContext& context) override { CHECK(&context.service<Stock>() == stock); }
  void stop() override { use("stop"); }

  Stock* stock = nullptr;

 private:
  void use(const char* phase) { journal_.add(std::string(phase) + ' ' + name_ + ' ' + std::to_string(stock->left())); }

  std::string name_;
  Journal& journal_;
};

std::unique_ptr<ashlar::Module> provider_of_stock(std::string name) {
  return scripted(std::move(name), {.declare = [](ashlar::Declaration& d) { d.provides<Stock>(); }});
}

}  // namespace

TEST_CASE(
    "D8: every user of a service calls the provider's own object, in every phase, and the provider outlives them") {
  Journal journal;
  {
    auto warehouse = std::make_unique<Warehouse>(journal);
    Stock* const object = warehouse.get();
    auto ann = std::make_unique<Shopper>("ann", journal);
    auto zoe = std::make_unique<Shopper>("zoe", journal);
    Shopper* const first = ann.get();
    Shopper* const second = zoe.get();
    ashlar::ModuleHost host;
    host.add(std::move(warehouse));
    host.add(std::move(zoe));
    host.add(std::move(ann));
    host.start();
    CHECK(first->stock == object);
    CHECK(second->stock == object);
    CHECK(&host.service<Stock>() == object);
    CHECK(host.stop().clean());
  }
  CHECK(journal.text() ==
        "prepare ann 9, prepare zoe 8, stop zoe 7, stop ann 6, stop warehouse, "
        "destroy zoe 5, destroy ann 4, destroy warehouse");
}

TEST_CASE("D8: asking for a service that was not declared as needed is an error even if it exists") {
  Journal journal;
  for (const char* phase : {"prepare", "start"}) {
    CAPTURE(std::string(phase));
    std::string message;
    const auto ask = [&, phase](std::string_view now) {
      return [&, phase, now](ashlar::ModuleContext& c) {
        if (now == phase) message = error_of([&] { c.service<Stock>(); });
      };
    };
    ashlar::ModuleHost host;
    host.add(std::make_unique<Warehouse>(journal));
    host.add(scripted("zoe", {.prepare = ask("prepare"), .start = ask("start")}));
    host.start();
    CHECK_MESSAGE(message.find("module 'zoe'") != std::string::npos, message);
    CHECK_MESSAGE(message.find("'inventory::Stock'") != std::string::npos, message);
    CHECK_MESSAGE(message.find("d.needs<inventory::Stock>()") != std::string::npos, message);
  }
}

TEST_CASE("D8: a service may be handed over anew by each start, and users get the new one") {
  struct Plain final : Stock {
    int left() override { return 0; }
  };
  std::vector<std::unique_ptr<Plain>> made;
  std::vector<Stock*> seen;
  ashlar::ModuleHost host;
  host.add(scripted("maker", {.declare = [](ashlar::Declaration& d) { d.provides<Stock>(); },
                              .prepare =
                                  [&](ashlar::ModuleContext& c) {
                                    made.push_back(std::make_unique<Plain>());
                                    c.provide<Stock>(*made.back());
                                  }}));
  host.add(scripted("user", {.declare = [](ashlar::Declaration& d) { d.needs<Stock>(); },
                             .prepare = [&](ashlar::ModuleContext& c) { seen.push_back(&c.service<Stock>()); }}));
  host.start();
  host.stop();
  host.start();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == made[0].get());
  CHECK(seen[1] == made[1].get());
}

TEST_CASE("D8: the host hands out a service only while somebody provides it") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(std::make_unique<Warehouse>(journal));
  CHECK_THROWS_AS(host.service<Stock>(), ashlar::Error);
  host.start();
  CHECK(host.service<Stock>().left() == 9);
  CHECK(error_of([&] { host.service<Scales>(); }).find("inventory::Scales") != std::string::npos);
  host.stop();
  CHECK_THROWS_AS(host.service<Stock>(), ashlar::Error);
}

TEST_CASE("D8: after a failed start no service is handed out, and a provider has to hand over anew") {
  Journal journal;
  std::string phase;
  const auto fail_in = [&](std::string_view now) {
    if (now == phase) throw std::runtime_error("no rope left");
  };
  for (const char* failing : {"prepare", "register", "start"}) {
    CAPTURE(std::string(failing));
    phase = failing;
    bool hands_over = true;
    Warehouse warehouse(journal);
    ashlar::ModuleHost host;
    host.add(scripted("a", {.declare = [](ashlar::Declaration& d) { d.provides<Stock>(); },
                            .prepare =
                                [&](ashlar::ModuleContext& c) {
                                  if (hands_over) c.provide<Stock>(warehouse);
                                }}));
    host.add(scripted("b", {.prepare = [&](ashlar::ModuleContext&) { fail_in("prepare"); },
                            .register_handlers = [&](ashlar::EventRegistry&) { fail_in("register"); },
                            .start = [&](ashlar::ModuleContext&) { fail_in("start"); }}));
    CHECK_THROWS_AS(host.start(), ashlar::StartError);
    CHECK_THROWS_AS(host.service<Stock>(), ashlar::Error);
    phase.clear();
    hands_over = false;
    CHECK_THROWS_AS(host.start(), ashlar::StartError);
    hands_over = true;
    host.start();
    CHECK(&host.service<Stock>() == &warehouse);
  }
}

TEST_CASE("D8: two providers of one service fail the start and both are named") {
  const std::string message = error_of_start(provider_of_stock("north"), provider_of_stock("south"));
  CHECK_MESSAGE(message.find("'north'") != std::string::npos, message);
  CHECK_MESSAGE(message.find("'south'") != std::string::npos, message);
  CHECK_MESSAGE(message.find("'inventory::Stock'") != std::string::npos, message);
}

TEST_CASE("D8: a provider that hands nothing over fails the start and is told how") {
  const std::string message = error_of_start(provider_of_stock("north"));
  CHECK_MESSAGE(message.find("module 'north'") != std::string::npos, message);
  CHECK_MESSAGE(message.find("context.provide<inventory::Stock>(") != std::string::npos, message);
}

TEST_CASE("D8: a service that was not declared cannot be handed over") {
  const std::string message = error_of_start(scripted("north", {.prepare = [](ashlar::ModuleContext& c) {
                                                        struct Plain final : Stock {
                                                          int left() override { return 0; }
                                                        } stock;
                                                        c.provide<Stock>(stock);
                                                      }}));
  CHECK_MESSAGE(message.find("module 'north'") != std::string::npos, message);
  CHECK_MESSAGE(message.find("d.provides<inventory::Stock>()") != std::string::npos, message);
}

TEST_CASE(
    "D2: a service that a module may need is null where nobody provides it, and orders the start where somebody does") {
  Journal journal;
  for (const bool provided : {false, true}) {
    CAPTURE(provided);
    ashlar::ModuleHost host;
    Scales scales;
    Scales* found = &scales;
    host.add(scripted("asker", journal,
                      {.declare = [](ashlar::Declaration& d) { d.may_need<Scales>(); },
                       .prepare = [&](ashlar::ModuleContext& c) { found = c.service_if_there<Scales>(); }}));
    if (provided) {
      host.add(scripted("zprovider", journal,
                        {.declare = [](ashlar::Declaration& d) { d.provides<Scales>(); },
                         .prepare = [&](ashlar::ModuleContext& c) { c.provide<Scales>(scales); }}));
    }
    host.start();
    CHECK(found == (provided ? &scales : nullptr));
  }
}
