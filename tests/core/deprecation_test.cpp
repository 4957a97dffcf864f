#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"

using ashlar::Deprecation;
using ashlar::Envelope;
using support::House;

namespace {

struct PriceSet {
  std::string sku;
  int euros = 0;
};
ASHLAR_EVENT(PriceSet, "catalog.price.set", 1, sku, euros)

struct PriceSet2 {
  std::string sku;
  int cents = 0;
};
ASHLAR_EVENT(PriceSet2, "catalog.price.set", 2, sku, cents)

struct Weight {
  int grams = 0;
};
ASHLAR_STRUCT(Weight, grams)

ASHLAR_DEPRECATED_BEGIN
struct ItemAdded {
  std::string sku;
  [[deprecated("use remark")]] std::optional<std::string> note{};
  Weight weight{};
  std::optional<std::string> remark{};
};
ASHLAR_EVENT(ItemAdded, "catalog.item.added", 1, sku, note, weight, remark)
ASHLAR_DEPRECATED_END

// A catalog whose first version of a price, and two members of an item, are going.
House& with_catalog(House& house) {
  return house.with(
      "catalog", {.declare = [](ashlar::Declaration& d) {
        d.emits<PriceSet>().described_as("A price was set.").deprecated_since("1.4", "use catalog.price.set@2");
        d.emits<PriceSet2>();
        d.emits<ItemAdded>()
            .deprecated_field("note", "1.4", "use remark")
            .deprecated_field("weight", "1.5", "ask the stock");
      }});
}

std::vector<ashlar::testing::LogLine> warnings(const House& house) {
  std::vector<ashlar::testing::LogLine> found;
  for (const auto& line : house.log().lines()) {
    if (line.level == ashlar::LogLevel::warning) found.push_back(line);
  }
  return found;
}

}  // namespace

TEST_CASE("A3: a handler of a deprecated event is named in one warning at each start, by type as by name") {
  House house;
  with_catalog(house)
      .with("shelf", {.handlers =
                          [](auto& r) {
                            r.on([](const PriceSet&) {}, {.name = "label"});
                            r.on([](const PriceSet2&) {}, {.name = "label2"});
                            r.on([](const ItemAdded&) {}, {.name = "place"});
                          }})
      .with("mails", {.handlers =
                          [](auto& r) {
                            r.on("catalog.price.set", [](const Envelope&) {}, {.name = "tell"});
                            r.on("catalog.price.set@2", [](const Envelope&) {}, {.name = "tell2"});
                            r.on("catalog.price.*", [](const Envelope&) {}, {.name = "archive"});
                            r.on("#", [](const Envelope&) {}, {.name = "count"});
                          }})
      .start();
  for (std::size_t starts = 1; starts <= 2; ++starts) {
    const auto found = warnings(house);
    REQUIRE(found.size() == 2 * starts);
    const std::vector<std::string> modules{"mails", "shelf"};
    const std::vector<std::string> handlers{"tell", "label"};
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& line = found[2 * (starts - 1) + i];
      CHECK(line.text == "a handler is registered for a deprecated event");
      CHECK(line.field("of_module") == modules[i]);
      CHECK(line.field("of_handler") == handlers[i]);
      CHECK(line.field("deprecated_event") == "catalog.price.set");
      CHECK(line.field("since") == "1.4");
      CHECK(line.field("advice") == "use catalog.price.set@2");
    }
    house.bus("catalog").publish(PriceSet{"a", 1});
    house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})");
    CHECK(warnings(house).size() == 2 * starts);
    if (starts == 1) {
      house.host().stop();
      house.start();
    }
  }
}

TEST_CASE("A3: what is deprecated works as before, and a host that only describes itself warns nobody") {
  House house;
  int calls = 0;
  with_catalog(house).with("shelf", {.handlers = [&](auto& r) { r.on([&](const PriceSet&) { ++calls; }); }});
  house.host().prepare();
  CHECK(warnings(house).empty());
  house.start();
  CHECK(warnings(house).size() == 1);
  CHECK(house.bus("catalog").publish(PriceSet{"a", 1}).ok());
  CHECK(calls == 1);
}

TEST_CASE("A3: the registry and the description of the host know what is deprecated, since when and what to use") {
  House house;
  with_catalog(house).start();
  const auto price = house.host().registry().find("catalog.price.set");
  REQUIRE(price.has_value());
  CHECK(price->deprecated == Deprecation{"1.4", "use catalog.price.set@2"});
  CHECK(price->deprecated_fields.empty());
  const auto price2 = house.host().registry().find("catalog.price.set", 2);
  REQUIRE(price2.has_value());
  CHECK_FALSE(price2->deprecated.has_value());
  const auto item = house.host().describe().events.at(2).event;
  CHECK_FALSE(item.deprecated.has_value());
  CHECK(item.deprecated_fields ==
        std::map<std::string, Deprecation>{{"note", {"1.4", "use remark"}}, {"weight", {"1.5", "ask the stock"}}});
}

TEST_CASE("A6: the schema of an event says what it is and what of it is deprecated") {
  House house;
  with_catalog(house).start();
  const auto schema_of = [&](const char* name, int version) {
    return nlohmann::json::parse(house.host().registry().find(name, version)->schema);
  };
  const auto price = schema_of("catalog.price.set", 1);
  CHECK(price["deprecated"] == true);
  CHECK(price["description"] == "A price was set. Deprecated since 1.4: use catalog.price.set@2");
  CHECK_FALSE(schema_of("catalog.price.set", 2).contains("deprecated"));

  const auto item = schema_of("catalog.item.added", 1);
  CHECK_FALSE(item.contains("deprecated"));
  CHECK(item["properties"]["note"]["deprecated"] == true);
  CHECK(item["properties"]["note"]["description"] == "Deprecated since 1.4: use remark");
  CHECK(item["properties"]["note"]["type"] == nlohmann::json::array({"string", "null"}));
  CHECK(item["properties"]["weight"]["deprecated"] == true);
  CHECK(item["properties"]["weight"]["allOf"][0]["$ref"] == "#/definitions/Weight");
  CHECK_FALSE(item["properties"]["remark"].contains("deprecated"));
}

TEST_CASE("an event with a [[deprecated]] member is copied, compared, published and read without a warning") {
  House house;
  std::vector<ItemAdded> seen;
  with_catalog(house)
      .with("shelf", {.handlers = [&](auto& r) { r.on([&](const ItemAdded& e) { seen.push_back(e); }); }})
      .start();
  const ItemAdded item{.sku = "a", .weight = {5}, .remark = "new"};
  CHECK(house.bus("catalog").publish(item).ok());
  CHECK(house.bus("catalog").publish_json("catalog.item.added", ashlar::to_json(item)).ok());
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == item);
  CHECK(seen[1] == item);
}
