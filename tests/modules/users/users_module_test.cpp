#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/testing/test_host.hpp>
#include <chrono>
#include <string>
#include <users/events.hpp>
#include <users/registration.hpp>

using ashlar::testing::Reply;
using ashlar::testing::TestHost;
using users::PasswordResetRequested;
using users::User;
using users::UserCreated;

namespace {

const char* const ada = R"({"email": "ada@example.com", "full_name": "Ada Lovelace"})";

TestHost users_alone() { return TestHost::alone("users").start(); }

}  // namespace

TEST_CASE("a user that was posted can be fetched") {
  TestHost host = users_alone();
  const Reply reply = host.post("/users", ada);
  CHECK(reply.has_status(201));
  const auto user = reply.as<User>();
  CHECK(user.email == "ada@example.com");
  CHECK(host.get("/users/" + user.user_id).as<User>() == user);
  CHECK(host.only<UserCreated>().user_id == user.user_id);
}

TEST_CASE("what cannot be registered is refused with the name of the field") {
  TestHost host = users_alone();
  host.post("/users", ada);

  const Reply twice = host.post("/users", ada);
  CHECK(twice.has_status(409));
  CHECK(twice.body.find(R"("/email")") != std::string::npos);

  const Reply missing = host.post("/users", R"({"email": "bob@example.com"})");
  CHECK(missing.has_status(400));
  CHECK(missing.body.find(R"("/full_name")") != std::string::npos);

  const Reply wrong = host.post("/users", R"({"email": 7, "full_name": "Bob"})");
  CHECK(wrong.has_status(400));
  CHECK(wrong.body.find(R"("/email")") != std::string::npos);

  CHECK(host.post("/users", "{").has_status(400));
  CHECK(host.get("/users/nobody").has_status(404));
  CHECK(host.exactly<UserCreated>(1));
}

TEST_CASE("a password reset answers the same for known and unknown addresses") {
  TestHost host = users_alone();
  host.post("/users", ada);
  const Reply known = host.post("/users/password-reset", R"({"email": "ada@example.com"})");
  const Reply unknown = host.post("/users/password-reset", R"({"email": "eve@example.com"})");
  CHECK(known.has_status(202));
  CHECK(unknown.has_status(202));
  CHECK(known.body == unknown.body);
  CHECK(host.only<PasswordResetRequested>().email == "ada@example.com");
}

TEST_CASE("the token of a password reset confirms it") {
  TestHost host = users_alone();
  host.post("/users", ada);
  host.post("/users/password-reset", R"({"email": "ada@example.com"})");
  const auto& event = host.only<PasswordResetRequested>();
  const std::string body = R"({"token": ")" + event.token + R"("})";
  CHECK(host.post("/users/password-reset/confirm", body).body == R"({"user_id":")" + event.user_id + R"("})");
  const Reply again = host.post("/users/password-reset/confirm", body);
  CHECK(again.has_status(400));
  CHECK(again.body.find(R"("/token")") != std::string::npos);
}

TEST_CASE("how long a reset is valid is configured") {
  TestHost host = TestHost::alone("users").set("users.reset_valid_for", "5min").start();
  host.post("/users", ada);
  host.post("/users/password-reset", R"({"email": "ada@example.com"})");
  CHECK(host.only<PasswordResetRequested>().expires_at == host.clock().now() + std::chrono::minutes(5));
}

TEST_CASE("users is healthy, and says so") {
  TestHost host = users_alone();
  const ashlar::HealthReport report = host.health();
  CHECK(report.ready);
  CHECK(std::any_of(report.checks.begin(), report.checks.end(),
                    [](const auto& check) { return check.name == "users/database"; }));
}
