#pragma once

#include <ashlar/event.hpp>
#include <ashlar/shape.hpp>
#include <chrono>
#include <cstdint>
#include <string>

namespace notifications {

struct SmtpOptions {
  std::string url{};  // smtp://mail.example:587 or smtps://…; empty: mails become files in the outbox folder
  std::string user{};
  ashlar::Secret password{};                  // sent only over TLS
  std::chrono::milliseconds timeout{15'000};  // for one mail, from connecting to its acceptance
};
ASHLAR_STRUCT(SmtpOptions, url, user, password, timeout)

struct Options {
  std::string from_name = "The Shop";
  std::string from_address = "shop@shop.example";
  std::string outbox{};     // empty: the folder `outbox` in the data directory
  std::int32_t tries = 50;  // of one mail, after growing delays: for about four hours
  SmtpOptions smtp{};
};
ASHLAR_STRUCT(Options, from_name, from_address, outbox, tries, smtp)

}  // namespace notifications
