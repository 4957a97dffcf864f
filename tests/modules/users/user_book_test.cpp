#include "user_book.hpp"

#include <doctest/doctest.h>

#include <ashlar/routes.hpp>
#include <ashlar/testing/recording_bus.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <users/events.hpp>

#include "token.hpp"

using ashlar::store::Database;
using ashlar::testing::RecordingBus;
using ashlar::testing::VirtualClock;
using users::NewUser;
using users::PasswordResetRequested;
using users::UserBook;
using users::UserCreated;

namespace {

const NewUser ada = {.email = "Ada@Example.com", .full_name = "Ada Lovelace", .company = "Analytical Engines"};

NewUser with_email(std::string email) { return {.email = std::move(email), .full_name = "Somebody"}; }

struct Fixture {
  RecordingBus bus;
  VirtualClock clock;
  UserBook book{Database::in_memory(), bus, clock, users::Options{}};
};

// The status and the field of what the action is refused with.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const ashlar::HttpError& error) {
    return std::to_string(error.status()) + " " + error.field();
  }
  return "done";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "registering a user is published once, with all that is known of the user") {
  const users::User user = book.register_user(ada).user;
  CHECK(bus.only<UserCreated>() == UserCreated{user.user_id, "Ada@Example.com", "Ada Lovelace", "Analytical Engines"});
  CHECK(book.find(user.user_id) == user);
  CHECK_FALSE(book.find("nobody"));
}

TEST_CASE_FIXTURE(Fixture, "an address belongs to one user, whatever its case") {
  book.register_user(ada);
  CHECK(refusal([&] { book.register_user(with_email("ADA@example.COM")); }) == "409 /email");
  CHECK(bus.exactly<UserCreated>(1));
}

TEST_CASE_FIXTURE(Fixture, "the same user with the same id may be registered again: nothing changes") {
  NewUser imported = ada;
  imported.user_id = "ALFKI";
  CHECK(book.register_user(imported).is_new);
  CHECK_FALSE(book.register_user(imported).is_new);
  imported.full_name = "Someone Else";
  CHECK(refusal([&] { book.register_user(imported); }) == "409 /user_id");
  CHECK(bus.exactly<UserCreated>(1));
  CHECK(book.find("ALFKI")->full_name == "Ada Lovelace");
}

TEST_CASE_FIXTURE(Fixture, "what is no address is refused and changes nothing") {
  for (const char* email :
       {"", "ada", "@example.com", "ada@", "ada@@example.com", "a b@example.com", "ada@exa mple.com",
        ".ada@example.com", "ada@example..com", "ada@example.com\r\nBcc: all@example.com", "ada@exämple.com"}) {
    CAPTURE(email);
    CHECK(refusal([&] { book.register_user(with_email(email)); }) == "400 /email");
  }
  CHECK(refusal([&] { book.register_user(with_email(std::string(65, 'a') + "@example.com")); }) == "400 /email");
  CHECK(refusal([&] { book.register_user(with_email("a@" + std::string(253, 'a'))); }) == "400 /email");
  CHECK(bus.nothing());
}

TEST_CASE_FIXTURE(Fixture, "names that would break a mail's header are refused") {
  NewUser user = ada;
  user.full_name = "Ada\r\nBcc: all@example.com";
  CHECK(refusal([&] { book.register_user(user); }) == "400 /full_name");
  user.full_name = "   ";
  CHECK(refusal([&] { book.register_user(user); }) == "400 /full_name");
  user.full_name = std::string(201, 'x');
  CHECK(refusal([&] { book.register_user(user); }) == "400 /full_name");
  user = ada;
  user.company = "\n";
  CHECK(refusal([&] { book.register_user(user); }) == "400 /company");
  user = ada;
  user.user_id = "../etc";
  CHECK(refusal([&] { book.register_user(user); }) == "400 /user_id");
  CHECK(bus.nothing());
}

TEST_CASE_FIXTURE(Fixture, "a reset's token is published and works once") {
  const std::string user_id = book.register_user(ada).user.user_id;
  book.request_reset("ada@example.com");
  const auto& event = bus.only<PasswordResetRequested>();
  CHECK(event.user_id == user_id);
  CHECK(event.token.size() == 64);
  CHECK(event.expires_at == clock.now() + std::chrono::hours(1));
  CHECK(book.confirm_reset(event.token) == user_id);
  CHECK(refusal([&] { book.confirm_reset(event.token); }) == "400 /token");
}

TEST_CASE_FIXTURE(Fixture, "asking for an unknown address looks the same and publishes nothing") {
  CHECK(refusal([&] { book.request_reset("nobody@example.com"); }) == "done");
  CHECK(bus.nothing());
  CHECK(refusal([&] { book.request_reset("no address"); }) == "400 /email");
}

TEST_CASE_FIXTURE(Fixture, "a token expires") {
  book.register_user(ada);
  book.request_reset("ada@example.com");
  const std::string token = bus.only<PasswordResetRequested>().token;
  clock.advance(std::chrono::hours(1));
  CHECK(refusal([&] { book.confirm_reset(token); }) == "400 /token");
}

TEST_CASE_FIXTURE(Fixture, "a new request takes the place of the one before") {
  book.register_user(ada);
  book.request_reset("ada@example.com");
  book.request_reset("ada@example.com");
  const auto requests = bus.published<PasswordResetRequested>();
  REQUIRE(requests.size() == 2);
  CHECK(refusal([&] { book.confirm_reset(requests[0].token); }) == "400 /token");
  CHECK(refusal([&] { book.confirm_reset(requests[1].token); }) == "done");
}

TEST_CASE("a token stands in no file: only its hash does") {
  const ashlar::testing::TemporaryDirectory folder;
  RecordingBus bus;
  VirtualClock clock;
  UserBook book(Database(folder.path() / "shop.db"), bus, clock, {});
  book.register_user(ada);
  book.request_reset("ada@example.com");
  std::string written;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    written.append(std::istreambuf_iterator<char>(in), {});
  }
  const std::string& token = bus.only<PasswordResetRequested>().token;
  CHECK(written.find(users::hash_of(token)) != std::string::npos);
  CHECK(written.find(token) == std::string::npos);
}

TEST_CASE("users and their tokens survive a restart") {
  const ashlar::testing::TemporaryDirectory folder;
  RecordingBus bus;
  VirtualClock clock;
  {
    UserBook book(Database(folder.path() / "shop.db"), bus, clock, {});
    book.register_user(ada);
    book.request_reset("ada@example.com");
  }
  UserBook book(Database(folder.path() / "shop.db"), bus, clock, {});
  CHECK(book.confirm_reset(bus.only<PasswordResetRequested>().token) == bus.only<UserCreated>().user_id);
}

TEST_CASE("a time of validity that makes no sense is refused at the start") {
  RecordingBus bus;
  VirtualClock clock;
  CHECK_THROWS_WITH_AS(UserBook(Database::in_memory(), bus, clock, {.reset_valid_for = std::chrono::seconds(0)}),
                       doctest::Contains("users.reset_valid_for"), ashlar::Error);
}
