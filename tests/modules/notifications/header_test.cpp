#include "header.hpp"

#include <doctest/doctest.h>

using notifications::checked_address;
using notifications::display_name;
using notifications::header_text;
using notifications::InvalidAddress;

TEST_CASE("short ASCII stays readable in a header") {
  CHECK(header_text("Your order 7") == "Your order 7");
  CHECK(display_name("Maria Anders") == "\"Maria Anders\"");
  CHECK(display_name(R"(Bo "B" \ Co, Ltd.)") == R"("Bo \"B\" \\ Co, Ltd.")");
  CHECK(display_name("").empty());
}

TEST_CASE("other text becomes encoded words") {
  CHECK(header_text("Grüße") == "=?utf-8?B?R3LDvMOfZQ==?=");
  CHECK(display_name("Łukasz") == "=?utf-8?B?xYF1a2Fzeg==?=");
  CHECK(header_text("=?utf-8?B?QQ==?=") == "=?utf-8?B?PT91dGYtOD9CP1FRPT0/PQ==?=");
}

TEST_CASE("an encoded word has at most 75 characters and never ends inside a character") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "aü€";
  const std::string words = header_text(text);
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 3) {
    end = words.find("\r\n ", begin);
    const std::string word = words.substr(begin, end == std::string::npos ? end : end - begin);
    CHECK(word.size() <= 75);
    CHECK(word.starts_with("=?utf-8?B?"));
    CHECK(word.ends_with("?="));
  }
}

TEST_CASE("no text can begin a header of its own") {
  for (const char* text : {"Hi\r\nBcc: all@example.org", "Hi\nBcc: all@example.org", "Hi\rBcc: x", "\r\n\r\nbody"}) {
    CAPTURE(text);
    for (const std::string& header : {header_text(text), display_name(text)}) {
      CHECK(header.starts_with("=?utf-8?B?"));
      CHECK(header.find_first_of("\r\n") == std::string::npos);
    }
  }
}

TEST_CASE("bytes that are no UTF-8 become replacement characters") { CHECK(header_text("\xff") == "=?utf-8?B?77+9?="); }

TEST_CASE("an address that mail can be sent to is taken") {
  for (const char* address : {"maria@example.org", "o'neil+shop@mail.example.org", "a@b"}) {
    CHECK_NOTHROW((void)checked_address(address));
  }
}

TEST_CASE("an address that could do harm or leads nowhere is refused") {
  for (const char* address :
       {"", "maria", "@example.org", "maria@", "a b@example.org", "a@example.org>", "a@b\r\nBcc: c@d", "a@@b", "a@b@c",
        ".a@b", "a.@b", "a..b@c", "a@b..c", "ä@b.example", "\"a b\"@c", "a@b,c@d"}) {
    CAPTURE(address);
    CHECK_THROWS_AS((void)checked_address(address), InvalidAddress);
  }
  CHECK_THROWS_AS((void)checked_address(std::string(65, 'a') + "@b"), InvalidAddress);
  CHECK_THROWS_AS((void)checked_address("a@" + std::string(260, 'b')), InvalidAddress);
}
