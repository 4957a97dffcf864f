#include "describe/describe.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "application_run.hpp"

TEST_CASE("describe shows modules in start order, events with their handlers in order, and cycles") {
  ApplicationRun shop;
  CHECK(shop({"describe"}) == 0);
  CHECK(shop.out.str() == R"(shop: 3 modules, 4 events

Modules, in the order in which they start

   1. mails (optional)
       handles  orders.order.placed
                orders.order.placed
                orders.#
   2. stock
       emits    stock.item.reserved
                stock.item.counted
       handles  orders.order.placed
       provides small_shop::Stock
   3. orders
       emits    orders.order.placed
                orders.order.placed@2
       handles  stock.item.reserved
       needs    small_shop::Stock

Events, each with its handlers in the order in which they are called

  orders.order.placed, published by orders, leaves the process
    An order was accepted.
   1. stock/reserve (priority 10)
   2. mails/thank
   3. mails/sender_a (in turn with group 'senders')
   4. mails/sender_b (in turn with group 'senders', matched by orders.#)

  orders.order.placed@2, published by orders
   1. mails/sender_b (in turn with group 'senders', matched by orders.#)

  stock.item.reserved, published by stock
   1. orders/confirm

  stock.item.counted, published by stock
    -- nobody handles it

Cycles: modules that handle each other's events

  orders -> stock -> orders
)");
}

TEST_CASE("describe prints the same bytes in every run, as text and as JSON") {
  for (const char* form : {"", "--json"}) {
    ApplicationRun first;
    ApplicationRun second;
    std::vector<std::string> arguments{"describe"};
    if (*form != '\0') arguments.emplace_back(form);
    CHECK(first(arguments) == 0);
    std::reverse(second.application.modules.begin(), second.application.modules.end());
    CHECK(second(arguments) == 0);
    CHECK(first.out.str() == second.out.str());
    CHECK_FALSE(first.out.str().empty());
  }
}

TEST_CASE("describe --json holds the same for programs, with the schema of each event") {
  ApplicationRun shop;
  CHECK(shop({"describe", "--json"}) == 0);
  const auto json = nlohmann::json::parse(shop.out.str());
  CHECK(json["application"] == "shop");
  CHECK(json["modules"][0]["name"] == "mails");
  CHECK(json["modules"][0]["optional"] == true);
  CHECK(json["modules"][2]["needs"][0] == "small_shop::Stock");
  CHECK(json["modules"][2]["depends_on"][0] == "stock");
  const auto& event = json["events"][0];
  CHECK(event["name"] == "orders.order.placed");
  CHECK(event["version"] == 1);
  CHECK(event["has_key"] == true);
  CHECK(event["handlers"].size() == 4);
  CHECK(event["handlers"][3]["registered_for"] == "orders.#");
  CHECK(event["schema"]["properties"].contains("order_id"));
  CHECK(json["cycles"][0] == nlohmann::json::array({"orders", "stock", "orders"}));
}

namespace {

struct ParcelSent {
  std::string parcel_id;
  std::string note;
};
ASHLAR_EVENT(ParcelSent, "parcels.parcel.sent", 1, parcel_id, note)

class Parcels final : public ashlar::Module {
 public:
  std::string_view name() const override { return "parcels"; }
  void declare(ashlar::Declaration& d) override {
    d.emits<ParcelSent>()
        .described_as("A parcel is on its way.")
        .deprecated_since("1.4", "use parcels.parcel.handed_over")
        .deprecated_field("note", "1.2", "use remark");
  }
};

}  // namespace

TEST_CASE("describe shows what is deprecated, since when and what to use instead") {
  ApplicationRun text;
  text.application.modules = {{"parcels", &small_shop::make<Parcels>}};
  CHECK(text({"describe"}) == 0);
  CHECK(text.out.str().find(R"(
  parcels.parcel.sent, published by parcels
    A parcel is on its way.
    deprecated since 1.4: use parcels.parcel.handed_over
    its member note is deprecated since 1.2: use remark
    -- nobody handles it
)") != std::string::npos);

  ApplicationRun json;
  json.application.modules = {{"parcels", &small_shop::make<Parcels>}};
  CHECK(json({"describe", "--json"}) == 0);
  const auto event = nlohmann::json::parse(json.out.str())["events"][0];
  CHECK(event["deprecated"]["since"] == "1.4");
  CHECK(event["deprecated"]["advice"] == "use parcels.parcel.handed_over");
  CHECK(event["deprecated_fields"]["note"]["since"] == "1.2");
  CHECK(event["deprecated_fields"]["note"]["advice"] == "use remark");
  CHECK(event["schema"]["deprecated"] == true);
  CHECK(event["schema"]["properties"]["note"]["deprecated"] == true);
}
