#pragma once

#include <ashlar/clock.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace shop {

struct Customer {
  std::string id;
  std::string contact;
  std::optional<std::string> company;
};

struct Product {
  std::string id;
  std::string name;
  std::string packing;  // may be empty
  std::int64_t price_cents = 0;
  std::int64_t in_stock = 0;
  std::int64_t reorder_level = 0;
  bool discontinued = false;
};

struct OrderLine {
  std::string product_id;
  std::int32_t quantity = 0;
  std::int64_t unit_price_cents = 0;
  std::int32_t discount_percent = 0;
};

struct Order {
  std::string id;
  std::string customer_id;
  ashlar::Time placed_at{};
  std::optional<ashlar::Time> shipped_at;
  std::vector<OrderLine> lines;
};

// A trader's books, whole and consistent: every order has its customer and lines, every line its product, no ID is
// there twice.
struct DataSet {
  std::vector<Customer> customers;
  std::vector<Product> products;
  std::vector<Order> orders;
};

// The books know no mail addresses; a customer gets one that leads nowhere (RFC 2606): `alfki@customers.example`.
std::string mail_address(const Customer& customer);

// Reads customers.csv, products.csv, orders.csv and order-details.csv of the folder, in Northwind's format. Throws
// ImportError with file, line and column for whatever is wrong in them, ashlar::Error for a file that is not there.
DataSet read_data_set(const std::filesystem::path& folder);

}  // namespace shop
