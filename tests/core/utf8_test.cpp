#include <ashlar/utf8.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace ashlar;

namespace {

// Of one, two, three and four bytes, the least and the greatest of each.
constexpr std::string_view characters[] = {
    "\x01",         "\x7f",         "\xc2\x80",     "\xdf\xbf",         "\xe0\xa0\x80",
    "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
};

// A byte that continues nothing, overlong forms, half of a surrogate pair, past U+10FFFF, and no lead byte at all.
constexpr std::string_view wrong[] = {
    "\x80",         "\xbf",         "\xc0\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",
    "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
    "\xff",
};

// So that both kinds stand at every place of the eight bytes that are looked at together.
constexpr std::size_t most_before = 17;

}  // namespace

TEST_CASE("UTF-8 is recognized wherever in a text a character stands") {
  for (const std::string_view character : characters) {
    CHECK(utf8_character(character) == character.size());
    for (std::size_t before = 0; before <= most_before; ++before) {
      const std::string text = std::string(before, 'a') + std::string(character) + "bcdefghi";
      CHECK(is_utf8(text));
      CHECK(as_utf8(text) == text);
    }
  }
  CHECK(is_utf8(""));
  CHECK(utf8_character("") == 0);
}

TEST_CASE("What is no UTF-8 is found where it stands, and each of its bytes is replaced") {
  for (const std::string_view bytes : wrong) {
    CHECK(utf8_character(bytes) == 0);
    for (std::size_t before = 0; before <= most_before; ++before) {
      const std::string front = std::string(before, 'a');
      const std::string text = front + std::string(bytes) + "bcdefghi";
      CHECK(utf8_prefix(text) == before);
      std::string expected = front;
      for (std::size_t i = 0; i != bytes.size(); ++i) expected += "\uFFFD";
      CHECK(as_utf8(text) == expected + "bcdefghi");
    }
  }
}

TEST_CASE("A character that is cut off is no UTF-8") {
  for (const std::string_view character : characters) {
    for (std::size_t size = 1; size < character.size(); ++size) {
      const std::string text = "abcdefgh" + std::string(character.substr(0, size));
      CHECK(utf8_prefix(text) == 8);
    }
  }
}
