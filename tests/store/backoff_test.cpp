#include <doctest/doctest.h>

#include "streams/backoff.hpp"

using ashlar::store::backoff_of;
using namespace std::chrono_literals;

TEST_CASE("E4: the back-off doubles up to its bound and is changed by chance by its jitter at most") {
  const ashlar::StreamOptions options{.backoff = 1s, .max_backoff = 10s, .jitter = 0.2};
  CHECK(backoff_of(options, 1, 0) == 1s);
  CHECK(backoff_of(options, 2, 0) == 2s);
  CHECK(backoff_of(options, 4, 0) == 8s);
  CHECK(backoff_of(options, 5, 0) == 10s);
  CHECK(backoff_of(options, 1'000'000, 0) == 10s);
  CHECK(backoff_of(options, 2, 1) == 2'400ms);
  CHECK(backoff_of(options, 2, -1) == 1'600ms);

  const auto random = ashlar::store::make_randomness();
  for (int i = 0; i < 1'000; ++i) {
    const auto delay = backoff_of(options, 1, random());
    CHECK(delay >= 800ms);
    CHECK(delay <= 1'200ms);
  }
}
