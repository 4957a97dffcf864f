#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/testing/test_host.hpp>
#include <chrono>
#include <filesystem>
#include <orders/events.hpp>
#include <users/events.hpp>
#include <vector>

#include "smtp_stub.hpp"

using ashlar::testing::TestHost;

namespace {

ashlar::testing::Setup notifications_alone() {
  ashlar::testing::Setup setup = TestHost::alone("notifications");
  setup.emits<users::UserCreated, users::PasswordResetRequested, orders::OrderPlaced, orders::OrderShipped>();
  return setup;
}

const users::UserCreated anna{.user_id = "ANNA", .email = "anna@example.org", .full_name = "Anna"};

std::vector<ashlar::store::DeadLetter> dead_letters(TestHost& host) {
  return host.service<ashlar::store::DurableLog>().store().dead_letters({});
}

std::ptrdiff_t mails_in(const std::filesystem::path& folder) {
  return std::count_if(std::filesystem::directory_iterator(folder), {},
                       [](const auto& entry) { return entry.path().extension() == ".eml"; });
}

}  // namespace

TEST_CASE("each event makes one mail in the outbox folder of the data directory") {
  TestHost host = notifications_alone().start();
  host.publish(anna);
  host.publish(users::PasswordResetRequested{.user_id = "ANNA", .email = "anna@example.org", .token = "t"});
  host.publish(orders::OrderPlaced{.order_id = "7", .customer_id = "ANNA"});
  host.publish(orders::OrderShipped{.order_id = "7", .customer_id = "ANNA"});
  REQUIRE(host.settle());
  CHECK(host.no_failures());
  CHECK(mails_in(host.data_directory() / "outbox") == 4);
}

TEST_CASE("the same event makes no second mail") {
  TestHost host = notifications_alone().start();
  const ashlar::Uuid id = ashlar::Uuid::v7(0);
  host.publish(anna, {.id = id});
  host.publish(anna, {.id = id});
  REQUIRE(host.settle());
  CHECK(mails_in(host.data_directory() / "outbox") == 1);
}

TEST_CASE("a mail that can never be sent becomes a dead letter that says why, and holds up no other") {
  TestHost host = notifications_alone().start();
  host.publish(orders::OrderPlaced{.order_id = "7", .customer_id = "BERT"});
  host.publish(users::UserCreated{.user_id = "CARL", .email = "nowhere", .full_name = "Carl"});
  host.publish(anna);
  REQUIRE(host.settle());
  const auto letters = dead_letters(host);
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].reason.find("BERT") != std::string::npos);
  CHECK(letters[1].reason.find("nowhere") != std::string::npos);
  CHECK(letters[0].deliveries == 1);
  CHECK(mails_in(host.data_directory() / "outbox") == 1);
}

TEST_CASE("a mail that cannot be sent now is sent later, after growing delays") {
  TestHost host = notifications_alone().start();
  const auto outbox = host.data_directory() / "outbox";
  std::filesystem::remove_all(outbox);
  host.publish(anna);
  REQUIRE(host.settle());
  host.advance(std::chrono::seconds{2});
  REQUIRE(host.settle());
  CHECK(dead_letters(host).empty());
  std::filesystem::create_directories(outbox);
  REQUIRE(host.settle());
  CHECK(mails_in(outbox) == 0);
  host.advance(std::chrono::seconds{3});
  REQUIRE(host.settle());
  CHECK(mails_in(outbox) == 1);
}

TEST_CASE("how often a mail is tried is configured") {
  TestHost host = notifications_alone().set("notifications.tries", "1").start();
  std::filesystem::remove_all(host.data_directory() / "outbox");
  host.publish(anna);
  REQUIRE(host.settle());
  CHECK(dead_letters(host).size() == 1);
}

TEST_CASE("with a mail server configured, mails go there and nowhere else") {
  SmtpStub stub;
  TestHost host = notifications_alone().set("notifications.smtp.url", stub.url()).start();
  host.publish(anna);
  REQUIRE(host.settle());
  CHECK(host.no_failures());
  REQUIRE(stub.mails().size() == 1);
  CHECK(stub.mails()[0].to == "<anna@example.org>");
  CHECK_FALSE(std::filesystem::exists(host.data_directory() / "outbox"));
}

TEST_CASE("a password in the configuration is not printed") {
  TestHost host = notifications_alone().set("notifications.smtp.password", "tell-nobody").start();
  CHECK(host.host().print_configuration().find("tell-nobody") == std::string::npos);
}

TEST_CASE("a sender's address that is none fails the start and names its key") {
  CHECK_THROWS_WITH_AS(notifications_alone().set("notifications.from_address", "shop").start(),
                       doctest::Contains("notifications.from_address"), ashlar::StartError);
}
