#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "books.hpp"
#include "sample_files.hpp"
#include "shop_process.hpp"

namespace {

const std::string sample = ASHLAR_SOURCE_DIR "/app/data/sample";
const std::string all_of_the_sample = "6 users, 10 items, 12 orders with 25 lines, 9 shipped";
constexpr std::size_t mails_of_the_sample = 6 + 12 + 9;  // a welcome, a confirmation, an announcement for each

// Where Northwind's files are on this machine; empty where they are not.
std::string northwind() {
  const char* set = std::getenv("NORTHWIND_DIR");
  const std::filesystem::path folder = set != nullptr ? set : ASHLAR_SOURCE_DIR "/../shared/northwind";
  return std::filesystem::exists(folder / "orders.csv") ? folder.string() : "";
}

void check_figures(const ShopProcess& shop, const Books& books) {
  CHECK(shop.run({"revenue", "--json"}).out == as_json({{"total", books.total}}));
  CHECK(shop.run({"revenue", "--by", "customer", "--json"}).out == as_json(books.by_customer));
  CHECK(shop.run({"revenue", "--by", "item", "--json"}).out == as_json(books.by_item));
  CHECK(shop.run({"revenue", "--by", "month", "--json"}).out == as_json(books.by_month));
}

}  // namespace

TEST_CASE("the sample is imported, and its figures are those that were written down for it") {
  const ShopProcess shop;
  const ShopResult result = shop.run({"import", sample});
  CHECK(result.exit_code == 0);
  CHECK(result.out == all_of_the_sample + ": all new\n");
  CHECK(result.err.empty());
  CHECK(shop.run({"revenue"}).out == "total  2358.5664\n");
  CHECK(shop.run({"revenue", "--by", "customer", "--json"}).out ==
        R"({"ABEND":"544.2900","BRIGG":"645.8849","CHAMI":"503.5112","KOWAL":"128.8000","NORTE":"485.2803",)"
        R"("SOLVE":"50.8000"})"
        "\n");
  CHECK(shop.run({"revenue", "--by", "item"}).out ==
        "1   365.4000\n10   74.4000\n2   441.8100\n3   102.3800\n4    86.8000\n5    58.7500\n6   369.4152\n"
        "7   132.3212\n8   376.7400\n9   350.5500\n");
  CHECK(shop.run({"revenue", "--by", "month", "--json"}).out ==
        R"({"2024-01":"533.7900","2024-02":"538.2312","2024-03":"438.1849","2024-04":"848.3603"})"
        "\n");
  check_figures(shop, sum_up(sample));
  CHECK(shop.mails() == mails_of_the_sample);
  CHECK(shop.run({"search", "grossmutter"}).out.empty());
  CHECK(shop.run({"search", "großmutter"}).out == "5\tPear Jam \"Großmutter\", coarse\n");
  CHECK(shop.run({"audit", "verify"}).exit_code == 0);
}

TEST_CASE("the same import a second time changes nothing: no event, no mail, no figure") {
  const ShopProcess shop;
  REQUIRE(shop.run({"import", sample}).exit_code == 0);
  const std::string audit = shop.run({"audit", "verify"}).out;
  const ShopResult again = shop.run({"import", sample});
  CHECK(again.exit_code == 0);
  CHECK(again.out == all_of_the_sample + ": all there already, nothing changed\n");
  CHECK(shop.run({"audit", "verify"}).out == audit);
  CHECK(shop.mails() == mails_of_the_sample);
  CHECK(shop.run({"revenue"}).out == "total  2358.5664\n");
}

TEST_CASE("an import that was interrupted is finished by repeating it") {
  const ShopProcess shop;
  // The order 509 has three lines; with two allowed the import ends in its midst.
  const ShopResult interrupted = shop.run({"--set", "orders.max_lines=2", "import", sample});
  CHECK(interrupted.exit_code == 1);
  CHECK(interrupted.err.find("at most 2 lines") != std::string::npos);
  const ShopResult finished = shop.run({"import", sample});
  CHECK(finished.exit_code == 0);
  CHECK(finished.out.find(": new among them ") != std::string::npos);
  check_figures(shop, sum_up(sample));
  CHECK(shop.mails() == mails_of_the_sample);
  CHECK(shop.run({"import", sample}).out == all_of_the_sample + ": all there already, nothing changed\n");
}

TEST_CASE_FIXTURE(SampleFiles, "a malformed file is named with line and column, and nothing of the import happens") {
  replace("order-details.csv", "512,10,9.60,4,0", "512,10,9.60,4,none");
  const ShopProcess shop;
  const ShopResult result = shop.run({"import", path().string()});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK(result.err.find("order-details.csv:26:15: discount: ") != std::string::npos);
  CHECK(shop.run({"audit", "verify"}).out == "the audit log is intact: 0 entries\n");
  CHECK(shop.mails() == 0);
}

TEST_CASE_FIXTURE(SampleFiles, "files that contradict what the shop knows change nothing") {
  const ShopProcess shop;
  REQUIRE(shop.run({"import", sample}).exit_code == 0);
  const std::string audit = shop.run({"audit", "verify"}).out;
  append("customers.csv", "NEWCO,a,b,c,d,e,f,g,h,i,j\n");
  SUBCASE("customer") { replace("customers.csv", "Jörg Weiß", "Jörg Schwarz"); }
  SUBCASE("product") { replace("products.csv", "Lapsang Smoke", "Lapsang Mist"); }
  SUBCASE("order") { replace("order-details.csv", "501,4,3.10,12,0", "501,4,3.10,13,0"); }
  const ShopResult result = shop.run({"import", path().string()});
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("the shop has another ") != std::string::npos);
  CHECK(shop.run({"audit", "verify"}).out == audit);
}

TEST_CASE_FIXTURE(SampleFiles, "files that grew are imported as far as they are new") {
  const ShopProcess shop;
  REQUIRE(shop.run({"import", sample}).exit_code == 0);
  append("customers.csv", "NEWCO,a,b,c,d,e,f,g,h,i,j\n");
  append("orders.csv", "513,NEWCO,1,2024-05-02,NULL,2024-05-03,1,1.00,a,b,c,d,e,f\n");
  append("order-details.csv", "513,1,8.40,1,0.5\n");
  const ShopResult result = shop.run({"import", path().string()});
  CHECK(result.out ==
        "7 users, 10 items, 13 orders with 26 lines, 10 shipped: new among them 1 users, 0 items, "
        "1 orders with 1 lines, 1 shipped\n");
  check_figures(shop, sum_up(path()));
}

TEST_CASE("Northwind is imported, and every figure is what a query over its files gives") {
  const std::string folder = northwind();
  if (folder.empty()) {
    MESSAGE("Northwind's files are not on this machine: set NORTHWIND_DIR");
    return;
  }
  const ShopProcess shop;
  const ShopResult result = shop.run({"import", folder});
  CHECK(result.exit_code == 0);
  CHECK(result.out == "91 users, 77 items, 830 orders with 2,155 lines, 809 shipped: all new\n");
  CHECK(result.err.empty());
  CHECK(shop.run({"revenue", "--json"}).out == "{\"total\":\"1265793.0395\"}\n");
  check_figures(shop, sum_up(folder));
  CHECK(shop.mails() == 91 + 830 + 809);

  const std::string audit = shop.run({"audit", "verify"}).out;
  CHECK(shop.run({"import", folder}).exit_code == 0);
  CHECK(shop.run({"audit", "verify"}).out == audit);
  CHECK(shop.mails() == 91 + 830 + 809);
}
