#include "mailer.hpp"

#include <doctest/doctest.h>

#include <chrono>

using notifications::Mail;
using notifications::Mailbox;

namespace {

struct KeptMails final : notifications::Delivery {
  void deliver(const Mail& mail) override { mails.push_back(mail); }
  std::vector<Mail> mails;
};

struct MailRoom {
  MailRoom() {
    mailer.welcome({.user_id = "ANNA", .email = "anna@example.org", .full_name = "Anna Höfler"}, {"welcome"});
  }

  notifications::MailBook book{ashlar::store::Database::in_memory()};
  KeptMails kept;
  notifications::Mailer mailer{book, kept, {"The Shop", "shop@shop.example"}};
};

constexpr orders::Time july{std::chrono::sys_days{std::chrono::year{1996} / 7 / 4} + std::chrono::hours{15}};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_FIXTURE(MailRoom, "a new user is welcomed by name") {
  REQUIRE(kept.mails.size() == 1);
  CHECK(kept.mails[0].to == Mailbox{"Anna Höfler", "anna@example.org"});
  CHECK(kept.mails[0].from == Mailbox{"The Shop", "shop@shop.example"});
  CHECK(kept.mails[0].id == "welcome");
  CHECK(holds(kept.mails[0].body, "Dear Anna Höfler,"));
}

TEST_CASE_FIXTURE(MailRoom, "who asks for a new password gets the token and how long it is valid") {
  mailer.send_token({.user_id = "ANNA",
                     .email = "anna@example.org",
                     .full_name = "Anna Höfler",
                     .token = "open-sesame",
                     .expires_at = july},
                    {"reset"});
  CHECK(holds(kept.mails.back().body, "open-sesame"));
  CHECK(holds(kept.mails.back().body, "until 1996-07-04 15:00 UTC"));
}

TEST_CASE_FIXTURE(MailRoom, "an order is confirmed with its lines to the address that its customer registered with") {
  mailer.confirm({.order_id = "7",
                  .customer_id = "ANNA",
                  .placed_at = july,
                  .lines = {{"tea", 12, 1405, 0}, {"cup", 1, 5, 15}},
                  .note = "ring twice"},
                 {"placed", july});
  const Mail& mail = kept.mails.back();
  CHECK(mail.to.address == "anna@example.org");
  CHECK(mail.date == july);
  CHECK(mail.subject == "Your order 7");
  CHECK(holds(mail.body, "12 x item tea at 14.05\n"));
  CHECK(holds(mail.body, "1 x item cup at 0.05, less 15%\n"));
  CHECK(holds(mail.body, "ring twice"));
}

TEST_CASE_FIXTURE(MailRoom, "a shipment is announced") {
  mailer.announce({.order_id = "7", .customer_id = "ANNA", .shipped_at = july}, {"shipped"});
  CHECK(kept.mails.back().subject == "Your order 7 is on its way");
  CHECK(holds(kept.mails.back().body, "1996-07-04"));
}

TEST_CASE_FIXTURE(MailRoom, "an order of a user that was never heard of is an error that names the user") {
  CHECK_THROWS_WITH_AS(mailer.announce({.order_id = "7", .customer_id = "BERT"}, {"shipped"}),
                       doctest::Contains("BERT"), notifications::Undeliverable);
}
