#include "mail.hpp"

#include <array>
#include <ashlar/utf8.hpp>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "header.hpp"
#include "quoted_printable.hpp"

namespace notifications {

namespace {

std::string date_text(ashlar::Time time) {
  static constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %u %s %04d %02d:%02d:%02d +0000",
                weekdays[std::chrono::weekday{day}.c_encoding()].data(), static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::string mailbox_text(const Mailbox& mailbox) {
  const std::string& address = checked_address(mailbox.address);
  const std::string name = display_name(mailbox.name);
  return name.empty() ? address : name + "\r\n <" + address + ">";
}

}  // namespace

std::string to_rfc5322(const Mail& mail) {
  const std::string& sender = checked_address(mail.from.address);
  return "Date: " + date_text(mail.date) + "\r\nFrom: " + mailbox_text(mail.from) + "\r\nTo: " + mailbox_text(mail.to) +
         "\r\nSubject: " + header_text(mail.subject) + "\r\nMessage-ID: <" + mail.id + sender.substr(sender.find('@')) +
         ">\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8"
         "\r\nContent-Transfer-Encoding: quoted-printable\r\nAuto-Submitted: auto-generated\r\n\r\n" +
         quoted_printable(ashlar::as_utf8(mail.body));
}

}  // namespace notifications
