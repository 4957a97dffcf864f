#include "import/progress_bar.hpp"

#include <doctest/doctest.h>

#include <sstream>

TEST_CASE("a progress bar fills up on a terminal, and is wiped away in the end") {
  std::ostringstream out;
  {
    shop::ProgressBar bar(out, true);
    bar.show(1, 2);
    CHECK(out.str() == "\r[" + std::string(25, '#') + std::string(25, '.') + "] 50 %");
    bar.show(2, 2);
  }
  CHECK(out.str().ends_with("] 100 %\r\x1b[K"));
}

TEST_CASE("a progress bar draws each percent once") {
  std::ostringstream out;
  shop::ProgressBar bar(out, true);
  for (std::size_t i = 1; i <= 100'000; ++i) bar.show(i, 100'000);
  CHECK(out.str().size() < 101 * 70);
}

TEST_CASE("nothing is drawn where there is no terminal") {
  std::ostringstream out;
  {
    shop::ProgressBar bar(out, false);
    bar.show(1, 2);
  }
  CHECK(out.str().empty());
}
