#include "import/data_set.hpp"

#include <doctest/doctest.h>

#include <ashlar/errors.hpp>
#include <chrono>

#include "sample_files.hpp"

using shop::DataSet;
using shop::read_data_set;

namespace {

std::string problem_in(const SampleFiles& files) {
  try {
    (void)read_data_set(files.path());
  } catch (const ashlar::Error& error) {
    std::string text = error.what();
    const std::string folder = files.path().string() + "/";
    if (text.starts_with(folder)) text.erase(0, folder.size());
    return text;
  }
  return "none";
}

}  // namespace

TEST_CASE("the sample is read whole, with its quotes, bare commas, absent values and discounts") {
  const DataSet data = read_data_set(ASHLAR_SOURCE_DIR "/app/data/sample");
  REQUIRE(data.customers.size() == 6);
  REQUIRE(data.products.size() == 10);
  REQUIRE(data.orders.size() == 12);
  CHECK(data.customers[1].company == "Brigg & Daughters, \"The Pier\" Ltd.");
  CHECK(data.customers[2].contact == "Solène Perrin");
  CHECK_FALSE(data.customers[5].company);
  CHECK(data.products[5].price_cents == 1999);
  CHECK(data.products[8].packing.empty());
  CHECK(data.products[9].discontinued);
  CHECK(data.orders[0].placed_at == std::chrono::sys_days{std::chrono::year{2024} / 1 / 8});
  CHECK(data.orders[0].shipped_at == std::chrono::sys_days{std::chrono::year{2024} / 1 / 11});
  CHECK_FALSE(data.orders[6].shipped_at);
  REQUIRE(data.orders[3].lines.size() == 2);
  CHECK(data.orders[3].lines[0].unit_price_cents == 2199);
  CHECK(data.orders[3].lines[0].discount_percent == 3);
}

TEST_CASE_FIXTURE(SampleFiles, "columns are found by name, and a time of day is read") {
  replace("customers.csv", "SOLVE,NULL", "SOLVE,Solvang AS");
  replace("customers.csv", "customerID,companyName,contactName", "customerID,contactName,companyName");
  replace("orders.csv", "2024-01-08 00:00:00.000", "2024-01-08 06:30:00");
  replace("orders.csv", "2024-01-15 00:00:00.000", "2024-01-15");
  const DataSet data = read_data_set(path());
  CHECK(data.customers[0].contact == "Teehaus Abendröte");
  CHECK(data.orders[0].placed_at == std::chrono::sys_days{std::chrono::year{2024} / 1 / 8} + std::chrono::minutes{390});
  CHECK(data.orders[1].placed_at == std::chrono::sys_days{std::chrono::year{2024} / 1 / 15});
}

TEST_CASE_FIXTURE(SampleFiles, "a value that is none of its column is named with file, line and column") {
  SUBCASE("number") {
    replace("order-details.csv", "501,4,3.10,12,0", "501,4,3.10,twelve,0");
    CHECK(problem_in(*this) ==
          "order-details.csv:3:12: quantity: expected a whole number from 1 to 1000000, got 'twelve'");
  }
  SUBCASE("number out of range") {
    replace("order-details.csv", "501,4,3.10,12,0", "501,4,3.10,0,0");
    CHECK(problem_in(*this).starts_with("order-details.csv:3:12: quantity: "));
  }
  SUBCASE("price") {
    replace("products.csv", ",8.40,", ",8.405,");
    CHECK(problem_in(*this).starts_with("products.csv:2:31: unitPrice: expected a number from 0 to 10000000 "));
  }
  SUBCASE("negative price") {
    replace("products.csv", ",8.40,", ",-8.40,");
    CHECK(problem_in(*this).starts_with("products.csv:2:31: unitPrice: "));
  }
  SUBCASE("discount") {
    replace("order-details.csv", "4.95,24,0.05", "4.95,24,1.05");
    CHECK(problem_in(*this).starts_with("order-details.csv:4:15: discount: expected a number from 0 to 1 "));
  }
  SUBCASE("discount of less than a percent") {
    replace("order-details.csv", "4.95,24,0.05", "4.95,24,0.055");
    CHECK(problem_in(*this).starts_with("order-details.csv:4:15: discount: "));
  }
  SUBCASE("date") {
    replace("orders.csv", "506,ABEND,1,2024-02-29", "506,ABEND,1,2023-02-29");
    CHECK(problem_in(*this).starts_with("orders.csv:7:13: orderDate: expected a date as in 1996-07-04"));
  }
  SUBCASE("flag") {
    replace("products.csv", ",10,0\n", ",10,yes\n");
    CHECK(problem_in(*this).starts_with("products.csv:2:44: discontinued: "));
  }
  SUBCASE("ID") {
    replace("customers.csv", "ABEND,", "AB END,");
    CHECK(problem_in(*this).starts_with("customers.csv:2:1: customerID: expected an ID "));
  }
  SUBCASE("missing") {
    replace("customers.csv", "Jörg Weiß", "NULL");
    CHECK(problem_in(*this) == "customers.csv:2:25: contactName: is missing");
  }
  SUBCASE("column missing") {
    replace("orders.csv", "shippedDate", "sentDate");
    CHECK(problem_in(*this) == "orders.csv:1:1: the first line names no column 'shippedDate'");
  }
  SUBCASE("column twice") {
    replace("orders.csv", "requiredDate", "orderDate");
    CHECK(problem_in(*this) == "orders.csv:1:41: the column 'orderDate' is there twice");
  }
}

TEST_CASE_FIXTURE(SampleFiles, "files that contradict themselves or each other are refused with the place") {
  SUBCASE("customer twice") {
    append("customers.csv", "ABEND,a,b,c,d,e,f,g,h,i,j\n");
    CHECK(problem_in(*this) == "customers.csv:8:1: customerID: 'ABEND' is there twice");
  }
  SUBCASE("customers that differ in case") {
    append("customers.csv", "Abend,a,b,c,d,e,f,g,h,i,j\n");
    CHECK(problem_in(*this).starts_with("customers.csv:8:1: customerID: differs "));
  }
  SUBCASE("product twice") {
    replace("products.csv", "\n2,", "\n1,");
    CHECK(problem_in(*this) == "products.csv:3:1: productID: '1' is there twice");
  }
  SUBCASE("order twice") {
    replace("orders.csv", "\n502,", "\n501,");
    CHECK(problem_in(*this) == "orders.csv:3:1: orderID: '501' is there twice");
  }
  SUBCASE("product twice in an order") {
    replace("order-details.csv", "501,4,", "501,1,");
    CHECK(problem_in(*this) == "order-details.csv:3:5: productID: is in this order twice");
  }
  SUBCASE("unknown customer") {
    replace("orders.csv", "501,KOWAL", "501,KOVAL");
    CHECK(problem_in(*this) == "orders.csv:2:5: customerID: no 'KOVAL' is in customers.csv");
  }
  SUBCASE("unknown product") {
    replace("order-details.csv", "501,4,", "501,44,");
    CHECK(problem_in(*this) == "order-details.csv:3:5: productID: no '44' is in products.csv");
  }
  SUBCASE("unknown order") {
    append("order-details.csv", "599,1,1.00,1,0\n");
    CHECK(problem_in(*this) == "order-details.csv:27:1: orderID: no '599' is in orders.csv");
  }
  SUBCASE("order without lines") {
    append("orders.csv", "599,KOWAL,2,2024-05-01,NULL,NULL,1,4.20,a,b,c,d,e,f\n");
    CHECK(problem_in(*this) == "orders.csv:14:1: orderID: no line of this order is in order-details.csv");
  }
  SUBCASE("shipped before it was ordered") {
    replace("orders.csv", "2024-01-11", "2024-01-07");
    CHECK(problem_in(*this) == "orders.csv:2:61: shippedDate: is before orderDate");
  }
  SUBCASE("more lines than an order can have") {
    for (int i = 100; i < 151; ++i) {
      append("products.csv", std::to_string(i) + ",a,1,1,b,1.00,0,0,0,0\n");
      append("order-details.csv", "501," + std::to_string(i) + ",1.00,1,0\n");
    }
    CHECK(problem_in(*this) == "order-details.csv:75:1: orderID: an order has at most 50 lines");
  }
  SUBCASE("more pieces than there can be") {
    replace("products.csv", ",8.40,40,", ",8.40,999999996,");
    CHECK(problem_in(*this).starts_with("order-details.csv:2:12: quantity: with it, more than 1000000000 "));
  }
}

TEST_CASE_FIXTURE(SampleFiles, "a file or folder that is not there is named") {
  std::filesystem::remove(path() / "orders.csv");
  CHECK(problem_in(*this).find("orders.csv'") != std::string::npos);
  std::filesystem::create_directory(path() / "orders.csv");
  CHECK(problem_in(*this).find("orders.csv'") != std::string::npos);
  CHECK_THROWS_WITH_AS((void)read_data_set(path() / "nowhere"), doctest::Contains("nowhere"), ashlar::Error);
}
