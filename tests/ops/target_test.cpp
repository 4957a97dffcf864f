#include "http/target.hpp"

#include <doctest/doctest.h>

using ashlar::ops::parse_target;

TEST_CASE("a target is split before it is decoded, so that an encoded slash stays inside its segment") {
  const auto target = parse_target("/items/a%2Fb/%C3%A4?q=green+tea&by=month&q=second&flag#part");
  REQUIRE(target);
  CHECK(target->segments == std::vector<std::string>{"items", "a/b", "ä"});
  CHECK(target->path == "/items/a/b/ä");
  CHECK(target->query == std::map<std::string, std::string>{{"q", "green tea"}, {"by", "month"}, {"flag", ""}});
}

TEST_CASE("a target that is not well-formed is refused") {
  for (const char* bad : {"", "items", "http://elsewhere/", "*", "/%", "/%4", "/%zz", "/a%00b", "/%FF", "/%C3",
                          "/%C0%80", "/%ED%A0%80", "/?q=%", "/?q=%00", "/?%FF=1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_target(bad));
  }
}
