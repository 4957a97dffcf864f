#include "item_index.hpp"

#include <doctest/doctest.h>

#include <ashlar/testing/printing.hpp>
#include <ashlar/testing/temporary_directory.hpp>

#include "query.hpp"

namespace {

struct Shelf {
  Shelf() {
    index.add({.item_id = "1", .name = "Green Tea", .description = "20 bags", .price_cents = 450});
    index.add({.item_id = "2", .name = "Cup", .description = "for tea and coffee", .price_cents = 999});
    index.add({.item_id = "3", .name = "Crème brûlée", .description = "6 glasses", .price_cents = 1200});
  }

  std::vector<std::string> ids(std::string_view text, int limit = 10) {
    std::vector<std::string> found;
    for (const search::Hit& hit : index.find(text, limit)) found.push_back(hit.item_id);
    return found;
  }

  ashlar::testing::TemporaryDirectory folder;
  search::ItemIndex index{ashlar::store::Database(folder.path() / "shop.db")};
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Shelf, "items are found by words of name and description, those with the word in the name first") {
  CHECK(ids("tea") == Ids{"1", "2"});
  CHECK(ids("tea coffee") == Ids{"2"});
  CHECK(ids("gre") == Ids{"1"});
  CHECK(ids("chocolate") == Ids{});
}

TEST_CASE_FIXTURE(Shelf, "case and accents make no difference") {
  CHECK(ids("CREME") == Ids{"3"});
  CHECK(ids("brûlée") == Ids{"3"});
}

TEST_CASE_FIXTURE(Shelf, "no search text breaks the search") {
  for (const char* text : {"\"tea", "tea\"", "a*b", "tea AND", "NEAR(tea", "name : tea", "-tea", "^tea", "{tea}",
                           "tea)", "'; DROP TABLE search_item; --", "·", "tea · green"}) {
    CAPTURE(text);
    CHECK_NOTHROW((void)ids(text));
  }
  CHECK(ids("tea · green") == Ids{"1"});
}

TEST_CASE_FIXTURE(Shelf, "no more items are found than were asked for") { CHECK(ids("tea", 1) == Ids{"1"}); }

TEST_CASE_FIXTURE(Shelf, "an item that is heard of twice is found once") {
  index.add({.item_id = "1", .name = "Green Tea", .description = "20 bags", .price_cents = 450});
  CHECK(ids("green") == Ids{"1"});
}

TEST_CASE_FIXTURE(Shelf, "an item is found with its newest price") {
  index.change_price({.item_id = "1", .old_price_cents = 450, .new_price_cents = 500});
  CHECK(index.find("green", 10) == std::vector<search::Hit>{{"1", "Green Tea", "20 bags", 500}});
}
