#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/testing/test_host.hpp>
#include <filesystem>
#include <orders/events.hpp>
#include <users/events.hpp>

#include "smtp_stub.hpp"

using ashlar::testing::TestHost;

namespace {

ashlar::testing::Setup notifications_alone() {
  ashlar::testing::Setup setup = TestHost::alone("notifications");
  setup.emits<users::UserCreated, users::PasswordResetRequested, orders::OrderPlaced, orders::OrderShipped>();
  return setup;
}

const users::UserCreated anna{.user_id = "ANNA", .email = "anna@example.org", .full_name = "Anna"};

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
  CHECK(host.no_failures());
  CHECK(mails_in(host.data_directory() / "outbox") == 4);
}

TEST_CASE("the same event makes no second mail") {
  TestHost host = notifications_alone().start();
  const ashlar::Uuid id = ashlar::Uuid::v7(0);
  host.publish(anna, {.id = id});
  host.publish(anna, {.id = id});
  CHECK(mails_in(host.data_directory() / "outbox") == 1);
}

TEST_CASE("two desks take the mails about orders in turn") {
  TestHost host = notifications_alone().start();
  host.publish(anna);
  const orders::OrderPlaced order{.order_id = "7", .customer_id = "ANNA"};
  const auto first = host.publish(order).outcomes();
  const auto second = host.publish(order).outcomes();
  REQUIRE(first.size() == 1);
  REQUIRE(second.size() == 1);
  CHECK(first[0].handler != second[0].handler);
}

TEST_CASE("an order whose customer is unknown is a failure in the publisher's report") {
  TestHost host = notifications_alone().start();
  const auto report = host.publish(orders::OrderPlaced{.order_id = "7", .customer_id = "BERT"});
  REQUIRE_FALSE(report.ok());
  CHECK(report.failures()[0].message.find("BERT") != std::string::npos);
}

TEST_CASE("with a mail server configured, mails go there and nowhere else") {
  SmtpStub stub;
  TestHost host = notifications_alone().set("notifications.smtp.url", stub.url()).start();
  host.publish(anna);
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
