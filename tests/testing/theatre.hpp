#pragma once

#include <ashlar/event.hpp>
#include <ashlar/module.hpp>
#include <ashlar/testing/test_host.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// A small application to test the testing kit with: a theatre that sells tickets for its seats.

namespace seats {

struct SeatTaken {
  std::string seat;
};
ASHLAR_EVENT(SeatTaken, "seats.seat.taken", 1, seat)

class Seats {
 public:
  virtual ~Seats() = default;
  virtual bool take(const std::string& seat) = 0;
};

}  // namespace seats

namespace halls {

class Halls {
 public:
  virtual ~Halls() = default;
  virtual bool has(const std::string& seat) const = 0;
};

}  // namespace halls

namespace payments {

struct PaymentFailed {
  std::string ticket_id;
};
ASHLAR_EVENT(PaymentFailed, "payments.payment.failed", 1, ticket_id)

}  // namespace payments

namespace tickets {

struct TicketSold {
  std::string ticket_id;
  std::string seat;
  std::optional<std::string> note;
};
ASHLAR_EVENT(TicketSold, "tickets.ticket.sold", 1, ticket_id, seat, note)

struct TicketCancelled {
  std::string ticket_id;
};
ASHLAR_EVENT(TicketCancelled, "tickets.ticket.cancelled", 1, ticket_id)

struct Wish {
  std::string seat;
};
ASHLAR_STRUCT(Wish, seat)

// The rules, which know nothing of modules.
class BoxOffice {
 public:
  explicit BoxOffice(ashlar::EventBus& bus) : bus_(bus) {}

  ashlar::PublishReport sell(const std::string& ticket_id, const std::string& seat) {
    return bus_.publish(TicketSold{.ticket_id = ticket_id, .seat = seat});
  }
  void cancel(const std::string& ticket_id) { bus_.publish(TicketCancelled{.ticket_id = ticket_id}); }

 private:
  ashlar::EventBus& bus_;
};

}  // namespace tickets

namespace theatre {

// tickets needs seats needs halls; posters needs nothing.
std::vector<ashlar::ModuleFactory> modules();

// A seat for everyone.
struct EndlessSeats final : seats::Seats {
  bool take(const std::string& seat) override {
    taken.push_back(seat);
    return true;
  }
  std::vector<std::string> taken;
};

}  // namespace theatre
