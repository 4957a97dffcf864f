#include "mail.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "header.hpp"

using notifications::InvalidAddress;
using notifications::Mail;
using notifications::to_rfc5322;

namespace {

Mail mail() {
  using namespace std::chrono;
  return {.id = "0190d0a0-0000-7000-8000-000000000001",
          .date = sys_days{year{2026} / 1 / 5} + hours{9} + minutes{3} + milliseconds{70'999},
          .from = {"The Shop", "shop@shop.example"},
          .to = {"Łukasz", "lukasz@example.org"},
          .subject = "Your order 7",
          .body = "Grüße\n"};
}

}  // namespace

TEST_CASE("a mail has the headers that RFC 5322 and MIME ask for, and lines that end in CRLF") {
  CHECK(to_rfc5322(mail()) ==
        "Date: Mon, 5 Jan 2026 09:04:10 +0000\r\n"
        "From: \"The Shop\"\r\n"
        " <shop@shop.example>\r\n"
        "To: =?utf-8?B?xYF1a2Fzeg==?=\r\n"
        " <lukasz@example.org>\r\n"
        "Subject: Your order 7\r\n"
        "Message-ID: <0190d0a0-0000-7000-8000-000000000001@shop.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "\r\n"
        "Gr=C3=BC=C3=9Fe\r\n");
}

TEST_CASE("names, subjects and addresses cannot add headers") {
  Mail hostile = mail();
  hostile.to.name = "Eve\r\nBcc: all@example.org";
  hostile.subject = "Hi\r\n\r\nBcc: all@example.org";
  CHECK(to_rfc5322(hostile).find("Bcc") == std::string::npos);
  hostile = mail();
  hostile.to.address = "eve@example.org>\r\nBcc: <all@example.org";
  CHECK_THROWS_AS((void)to_rfc5322(hostile), InvalidAddress);
}
