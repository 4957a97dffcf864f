#include "smtp_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "smtp_stub.hpp"

using notifications::Mail;
using notifications::SmtpServer;

namespace {

Mail mail(const std::string& id) {
  return {
      .id = id, .from = {"", "shop@shop.example"}, .to = {"", "a@example.org"}, .subject = "Hi", .body = ".\nHello\n"};
}

}  // namespace

TEST_CASE("mails are handed over whole, one after the other on one connection") {
  SmtpStub stub;
  SmtpServer server({.url = stub.url()});
  server.deliver(mail("1"));
  server.deliver(mail("2"));
  const auto mails = stub.mails();
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].from.starts_with("<shop@shop.example>"));
  CHECK(mails[0].to == "<a@example.org>");
  CHECK(mails[0].text == to_rfc5322(mail("1")));
  CHECK(mails[1].text == to_rfc5322(mail("2")));
  const auto commands = stub.commands();
  CHECK(std::count_if(commands.begin(), commands.end(), [](auto& line) { return line.starts_with("EHLO"); }) == 1);
}

TEST_CASE("a mail whose recipient the server refuses for good is undeliverable, with the server's address") {
  SmtpStub refusing(SmtpStub::Mood::refuses_recipients);
  SmtpServer server({.url = refusing.url()});
  CHECK_THROWS_WITH_AS(server.deliver(mail("1")), doctest::Contains(refusing.url().c_str()),
                       notifications::Undeliverable);
  CHECK(refusing.mails().empty());
}

TEST_CASE("a server that never answers costs no more than the timeout") {
  SmtpStub silent(SmtpStub::Mood::never_answers);
  SmtpServer server({.url = silent.url(), .timeout = std::chrono::milliseconds{50}});
  CHECK_THROWS_AS(server.deliver(mail("1")), ashlar::Error);
}

TEST_CASE("a password is never sent in the clear") {
  SmtpStub stub;
  SmtpServer server({.url = stub.url(), .user = "shop", .password = {"tell-nobody"}});
  CHECK_THROWS_AS(server.deliver(mail("1")), ashlar::Error);
  for (const std::string& command : stub.commands()) {
    CHECK_FALSE(command.starts_with("AUTH"));
    CHECK(command.find("tell-nobody") == std::string::npos);
  }
}

TEST_CASE("a URL that is none of a mail server is refused at once, without repeating what it holds") {
  for (const char* url :
       {"http://mail.example", "file:///etc/passwd", "mail", "smtp://shop:tell-nobody@mail.example"}) {
    CAPTURE(url);
    CHECK_THROWS_AS(SmtpServer({.url = url}), ashlar::Error);
  }
  try {
    SmtpServer({.url = "smtp://shop:tell-nobody@mail.example"});
  } catch (const ashlar::Error& error) {
    CHECK(std::string(error.what()).find("tell-nobody") == std::string::npos);
  }
}
