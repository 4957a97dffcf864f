#include "quoted_printable.hpp"

#include <doctest/doctest.h>

#include <string>

using notifications::quoted_printable;

TEST_CASE("plain lines stay plain and end in CRLF") {
  CHECK(quoted_printable("Hello\nWorld\n") == "Hello\r\nWorld\r\n");
  CHECK(quoted_printable("Hello\r\nWorld") == "Hello\r\nWorld\r\n");
  CHECK(quoted_printable("a\rb\n\nc") == "a\r\nb\r\n\r\nc\r\n");
  CHECK(quoted_printable("").empty());
}

TEST_CASE("everything but printable ASCII is encoded") {
  CHECK(quoted_printable("1 + 1 = 2, Grüße") == "1 + 1 =3D 2, Gr=C3=BC=C3=9Fe\r\n");
  CHECK(quoted_printable(std::string("a\0b", 3)) == "a=00b\r\n");
}

TEST_CASE("blanks at the end of a line, a dot and a From in front survive every relay") {
  CHECK(quoted_printable("a \n\t\n.\nFrom me") == "a=20\r\n=09\r\n=2E\r\n=46rom me\r\n");
}

TEST_CASE("no line has more than 76 characters") {
  const std::string text = std::string(200, 'a') + std::string(60, '=') + std::string(74, 'b') + "....";
  const std::string body = quoted_printable(text);
  std::size_t begin = 0;
  std::string joined;
  for (std::size_t end; (end = body.find("\r\n", begin)) != std::string::npos; begin = end + 2) {
    const std::string line = body.substr(begin, end - begin);
    CHECK(line.size() <= 76);
    CHECK_FALSE(line.starts_with('.'));
    joined += line.ends_with('=') ? line.substr(0, line.size() - 1) : line;
  }
  CHECK(joined.substr(0, 200) == std::string(200, 'a'));
  CHECK(joined.substr(200, 180).find_first_not_of("=3D") == std::string::npos);
}
