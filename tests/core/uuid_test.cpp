#include <ashlar/uuid.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <set>
#include <thread>
#include <vector>

using ashlar::Uuid;

namespace {

std::int64_t milliseconds_of(const Uuid& id) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) value = value << 8 | id.bytes[i];
  return value;
}

}  // namespace

TEST_CASE("ids made by one thread rise strictly, as bytes and as text, also when the time goes back") {
  Uuid last = Uuid::v7(1'700'000'000'000);
  for (int i = 0; i < 200'000; ++i) {
    const Uuid next = Uuid::v7(1'700'000'000'000 + i / 1000 - (i % 3 == 0 ? 50 : 0));
    if (!(last < next) || (i % 100 == 0 && !(last.to_string() < next.to_string()))) {
      FAIL(last.to_string() << " is not before " << next.to_string());
    }
    last = next;
  }
}

TEST_CASE("an id holds its time, version 7 and the variant of RFC 9562") {
  std::thread([] {
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'700'000'000'123}}) {
      const Uuid id = Uuid::v7(time);
      CHECK(milliseconds_of(id) == time);
      CHECK((id.bytes[6] >> 4) == 7);
      CHECK((id.bytes[8] >> 6) == 2);
    }
    // Times that 48 bits cannot say.
    CHECK_NOTHROW(Uuid::v7(-1));
    const Uuid last = Uuid::v7(std::numeric_limits<std::int64_t>::max());
    CHECK(last < Uuid::v7(std::numeric_limits<std::int64_t>::max()));
  }).join();
}

TEST_CASE("ids made by several threads at one millisecond are all different") {
  constexpr int threads = 4;
  constexpr int each = 20'000;
  std::array<std::vector<Uuid>, threads> made;
  std::vector<std::thread> makers;
  for (auto& ids : made) {
    makers.emplace_back([&ids] {
      for (int i = 0; i < each; ++i) ids.push_back(Uuid::v7(1'700'000'000'000));
    });
  }
  for (auto& maker : makers) maker.join();
  std::set<Uuid> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  CHECK(all.size() == threads * each);
}

TEST_CASE("the child of a fork does not make its parent's ids") {
  Uuid::v7(1'700'000'000'000);
  std::array<int, 2> channel{};
  REQUIRE(pipe(channel.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::array<Uuid, 2> ids{Uuid::v7(1'700'000'000'000), Uuid::v7(1'900'000'000'000)};
    const bool written = write(channel[1], ids.data(), sizeof ids) == static_cast<ssize_t>(sizeof ids);
    _exit(written ? 0 : 1);
  }
  const std::array<Uuid, 2> ours{Uuid::v7(1'700'000'000'000), Uuid::v7(1'900'000'000'000)};
  std::array<Uuid, 2> theirs{};
  REQUIRE(read(channel[0], theirs.data(), sizeof theirs) == static_cast<ssize_t>(sizeof theirs));
  close(channel[0]);
  close(channel[1]);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(ours[0] != theirs[0]);
  CHECK(ours[1] != theirs[1]);
}

TEST_CASE("an id comes back from its text, in either case") {
  const Uuid id = Uuid::v7(1'700'000'000'000);
  CHECK(id.to_string().size() == 36);
  CHECK(Uuid::parse(id.to_string()) == id);
  const auto parsed = Uuid::parse("01890A5D-AC96-774B-BCCE-B302099A8057");
  REQUIRE(parsed);
  CHECK(parsed->to_string() == "01890a5d-ac96-774b-bcce-b302099a8057");
  CHECK(parsed->bytes[0] == 0x01);
  CHECK(parsed->bytes[15] == 0x57);
}

TEST_CASE("only 36 characters with four hyphens in their places are an id") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "01890a5dac96774bbcceb302099a8057"sv, "{01890a5d-ac96-774b-bcce-b302099a8057}"sv,
        "01890a5d-ac96-774b-bcce-b302099a805"sv, "01890a5d-ac96-774b-bcce-b302099a80577"sv,
        "01890a5d-ac96-774b-bcce-b302099a805g"sv, "01890a5d-ac96-774b-bcce-b302099a805 "sv,
        "{1890a5d-ac96-774b-bcce-b302099a805}"sv, "01890a5d-ac96-774bbbcce-b302099a8057"sv,
        "01890a5-dac96-774b-bcce-b302099a8057"sv, "01890a5d-ac96-774b-bcce-b302099a\0057"sv,
        "------------------------------------"sv, "01890a5dac96774bbcceb302099a80570123"sv,
        "01890a5d-ac96-774b-bcceb-302099a8057"sv, "01890a5d-ac96-774bbcceb302099a805712"sv,
        "0189 a5d-ac96-774b-bcce-b302099a8057"sv}) {
    CAPTURE(text);
    CHECK_FALSE(Uuid::parse(text));
  }
}
