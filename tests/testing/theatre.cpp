#include "theatre.hpp"

#include <ashlar/errors.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <ostream>
#include <thread>

namespace {

using namespace std::chrono_literals;

class HallsModule final : public ashlar::Module, private halls::Halls {
 public:
  std::string_view name() const override { return "halls"; }
  void declare(ashlar::Declaration& d) override { d.provides<halls::Halls>(); }
  void prepare(ashlar::ModuleContext& c) override { c.provide<halls::Halls>(*this); }

 private:
  bool has(const std::string& seat) const override { return seat != "Z99"; }
};

class SeatsModule final : public ashlar::Module, private seats::Seats {
 public:
  std::string_view name() const override { return "seats"; }
  void declare(ashlar::Declaration& d) override {
    d.needs<halls::Halls>();
    d.provides<seats::Seats>();
    d.emits<seats::SeatTaken>();
  }
  void prepare(ashlar::ModuleContext& c) override {
    c.provide<seats::Seats>(*this);
    bus_ = &c.bus();
    halls_ = &c.service<halls::Halls>();
  }

 private:
  bool take(const std::string& seat) override {
    if (!halls_->has(seat)) return false;
    bus_->publish(seats::SeatTaken{.seat = seat});
    return true;
  }

  ashlar::EventBus* bus_ = nullptr;
  halls::Halls* halls_ = nullptr;
};

struct TicketOptions {
  std::int32_t most = 2;
};
ASHLAR_STRUCT(TicketOptions, most)

class TicketsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "tickets"; }

  void declare(ashlar::Declaration& d) override {
    d.needs<seats::Seats>();
    d.emits<tickets::TicketSold>().key(&tickets::TicketSold::ticket_id);
    d.emits<tickets::TicketCancelled>();
    d.configured_by(options_);
    d.commands().add({.name = "tickets sold",
                      .summary = "How many tickets were sold",
                      .arguments = {{.name = "day", .summary = "which day"},
                                    {.name = "hour", .summary = "only then", .optional = true}},
                      .options = {{.name = "as", .summary = "how", .fallback = "text", .choices = {"text", "json"}}},
                      .flags = {{.name = "loud", .summary = "with a mark"}},
                      .run = [this](const ashlar::CommandLine& line) {
                        if (line.argument("day") == "doomsday") throw ashlar::Error("no such day");
                        const std::string& hour = line.argument("hour");
                        line.out << line.argument("day") << (hour.empty() ? "" : " at " + hour) << ' '
                                 << line.argument("as") << ' ' << sold_ << (line.flag("loud") ? "!" : "");
                        return 0;
                      }});
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([this](const payments::PaymentFailed& e) { bus_->publish(tickets::TicketCancelled{e.ticket_id}); },
                {.name = "cancel", .presence = ashlar::Presence::optional});
    registry.on(
        [this](const tickets::TicketSold& e) {
          if (e.seat == "broken") throw ashlar::Error("the seat is broken");
          seats_->take(e.seat);
        },
        {.name = "take_seat"});
  }

  void prepare(ashlar::ModuleContext& c) override {
    bus_ = &c.bus();
    seats_ = &c.service<seats::Seats>();
    context_ = &c;
  }

  void start(ashlar::ModuleContext& c) override {
    c.log().info("the box office opens", {{"most", options_.most}});
    c.routes().post("/tickets", [this](const ashlar::Request& r) { return sell(r); });
    c.routes().get("/tickets/:id", [](const ashlar::Request& r) {
      if (r.parameter("id") == "none") throw ashlar::HttpError(404, "/id", "no ticket none");
      return ashlar::Response::json(
          tickets::TicketSold{.ticket_id = r.parameter("id"), .seat = r.query_or("seat", "-")});
    });
    c.routes().get("/tickets/first", [](const ashlar::Request&) -> ashlar::Response { throw 7; });
    c.routes().post("/audience/leaves", [this](const ashlar::Request&) {
      context_->degraded("nobody is there");
      return ashlar::Response{.status = 204};
    });
    c.health_check("paper", [] { return std::string("out of paper"); });
    reminder_ = std::thread([this, &c] { remind(c); });
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    reminder_.join();
  }

 private:
  ashlar::Response sell(const ashlar::Request& request) {
    const auto wish = request.json<tickets::Wish>();
    if (sold_ >= options_.most) throw ashlar::HttpError(409, "", "sold out");
    const std::string id = std::to_string(++sold_);
    bus_->publish(tickets::TicketSold{.ticket_id = id, .seat = wish.seat}).throw_if_failed();
    return ashlar::Response::json(wish, 201);
  }

  // Cancels what was not fetched within an hour.
  void remind(ashlar::ModuleContext& context) {
    std::unique_lock lock(mutex_);
    const auto deadline = context.clock().steady_now() + 1h;
    if (context.clock().wait_until(lock, changed_, deadline, [this] { return closed_; })) return;
    bus_->publish(tickets::TicketCancelled{.ticket_id = "late"});
  }

  TicketOptions options_;
  ashlar::ModuleContext* context_ = nullptr;
  ashlar::EventBus* bus_ = nullptr;
  seats::Seats* seats_ = nullptr;
  std::int32_t sold_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  std::thread reminder_;
};

// Nobody needs it, and it cannot start when it is told not to.
struct PosterOptions {
  bool glue = true;
};
ASHLAR_STRUCT(PosterOptions, glue)

class PostersModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "posters"; }
  void declare(ashlar::Declaration& d) override { d.configured_by(options_); }
  void start(ashlar::ModuleContext&) override {
    if (!options_.glue) throw ashlar::Error("no glue");
  }

 private:
  PosterOptions options_;
};

template <class M>
std::unique_ptr<ashlar::Module> make() {
  return std::make_unique<M>();
}

}  // namespace

namespace theatre {

std::vector<ashlar::ModuleFactory> modules() {
  return {{"halls", &make<HallsModule>},
          {"posters", &make<PostersModule>},
          {"seats", &make<SeatsModule>},
          {"tickets", &make<TicketsModule>}};
}

}  // namespace theatre
