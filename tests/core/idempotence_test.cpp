#include <doctest/doctest.h>

#include <ashlar/middleware/idempotence.hpp>
#include <stdexcept>
#include <thread>

#include "error_of.hpp"
#include "host_support.hpp"
#include "middleware_support.hpp"

using ashlar::Idempotence;
using middleware_test::mail;
using middleware_test::MailHouse;

namespace {

ashlar::PublishOptions with_id(int number) {
  ashlar::Uuid id;
  id.bytes[0] = static_cast<std::uint8_t>(number);
  return {.id = id};
}

}  // namespace

TEST_CASE("C5: an event whose id a handler has handled is not handled again") {
  int mails = 0;
  MailHouse house({std::make_shared<Idempotence>()}, mail([&] { ++mails; }));
  CHECK(house.place("1", with_id(1)).ok());
  CHECK(house.place("1", with_id(1)).ok());
  CHECK(house.place("2", with_id(2)).ok());
  CHECK(mails == 2);
  CHECK(house.place().ok());
  CHECK(house.place().ok());
  CHECK(mails == 4);
}

TEST_CASE("C5: a handler that has failed is called again for the same id") {
  int mails = 0;
  MailHouse house({std::make_shared<Idempotence>()}, mail([&] {
                    if (++mails == 1) throw std::runtime_error("no paper");
                  }));
  CHECK_FALSE(house.place("1", with_id(1)).ok());
  CHECK(house.place("1", with_id(1)).ok());
  CHECK(house.place("1", with_id(1)).ok());
  CHECK(mails == 2);
}

TEST_CASE("C5: while an id is being handled, a second event with it fails, so that no publisher takes it for done") {
  Gate gate;
  const OpenAtExit at_exit(gate);
  std::atomic<int> mails{0};
  MailHouse house({std::make_shared<Idempotence>()}, mail([&] {
                    ++mails;
                    gate.pass();
                  }));
  std::thread first([&] { house.place("1", with_id(1)); });
  CHECK(comes_true([&] { return mails == 1; }));
  CHECK(house.place("1", with_id(1)).to_string() ==
        "1 handler, 1 failed: mails/mail: handler 'mails/mail' is handling event 01000000-0000-0000-0000-000000000000 "
        "just "
        "now: publish it again when that has ended");
  gate.open();
  first.join();
  CHECK(house.place("1", with_id(1)).ok());
  CHECK(mails == 1);
}

TEST_CASE("C5: the oldest ids are forgotten first") {
  std::vector<std::string> mails;
  MailHouse house(
      {std::make_shared<Idempotence>(ashlar::IdempotenceOptions{.remembered = 2})},
      [&](ashlar::EventRegistry& r) { r.on([&](const middleware_test::Placed& e) { mails.push_back(e.order_id); }); });
  for (int number : {1, 2, 3, 3, 2, 1}) house.place(std::to_string(number), with_id(number));
  CHECK(mails == std::vector<std::string>{"1", "2", "3", "1"});
  CHECK(error_of([] { Idempotence{{.remembered = 0}}; }) == "Idempotence wants to remember at least one id");
}
