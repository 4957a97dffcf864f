#pragma once

#include <ashlar/application.hpp>
#include <ashlar/event.hpp>
#include <ashlar/module.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "application_run.hpp"

// An application with a store and stream consumers, of which one fails for what is below zero.
namespace tower {

struct Rang {
  int number = 0;
  std::string password{"geheim"};
};
ASHLAR_EVENT(Rang, "tower.bell.rang", 1, number, password)

class DeskModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "desk"; }
  void declare(ashlar::Declaration& d) override {
    d.needs<ashlar::store::Store>();
    d.commands().add({.name = "options", .summary = "Show the store's", .run = [this](const ashlar::CommandLine& line) {
                        const bool full = store_->options().synchronous == ashlar::store::Synchronous::full;
                        line.out << (full ? "full\n" : "normal\n");
                        return 0;
                      }});
  }
  void prepare(ashlar::ModuleContext& context) override { store_ = &context.service<ashlar::store::Store>(); }

 private:
  ashlar::store::Store* store_ = nullptr;
};

class BellsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "tower"; }
  void declare(ashlar::Declaration& d) override {
    d.emits<Rang>();
    d.needs<ashlar::store::Store>();
    d.needs<ashlar::store::DurableLog>();
    d.commands().add({.name = "ring",
                      .summary = "Ring",
                      .arguments = {{.name = "number", .summary = "how often"}},
                      .run = [this](const ashlar::CommandLine& line) { return ring(line); }});
    d.commands().add({.name = "heard", .summary = "Show all rings", .run = [this](const ashlar::CommandLine& line) {
                        const auto page = log_->store().read(1, 100, std::vector<std::string>{"#"});
                        for (const ashlar::StoredEvent& event : page.events) line.out << event.data << "\n";
                        return 0;
                      }});
  }
  void prepare(ashlar::ModuleContext& context) override {
    store_ = &context.service<ashlar::store::Store>();
    log_ = &context.service<ashlar::store::DurableLog>();
    bus_ = &context.bus();
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on_stream<Rang>("record", {.max_deliver = 2, .backoff = std::chrono::milliseconds{0}}, [](const Rang& e) {
      if (e.number < 0) throw std::runtime_error("cannot ring " + std::to_string(e.number) + " times");
    });
    registry.on_stream<Rang>("count", {}, [](const Rang&) {});
  }

 private:
  int ring(const ashlar::CommandLine& line) {
    ashlar::store::Database database = store_->connect();
    ashlar::store::Transaction transaction(database);
    const Rang rang{.number = std::stoi(line.argument("number"))};
    const ashlar::Stored stored = bus_->publish(transaction, rang);
    transaction.commit();
    log_->settle(std::chrono::seconds{30});
    line.out << "rang " << rang.number << ", stored as " << stored.sequence << "\n";
    return 0;
  }

  ashlar::store::Store* store_ = nullptr;
  ashlar::store::DurableLog* log_ = nullptr;
  ashlar::EventBus* bus_ = nullptr;
};

template <class M>
std::unique_ptr<ashlar::Module> make() {
  return std::make_unique<M>();
}

struct Run : ApplicationRun {
  Run() { application = {.name = "tower", .modules = {{"desk", &make<DeskModule>}, {"tower", &make<BellsModule>}}}; }
};

}  // namespace tower
