#include "import/data_set.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <unordered_map>
#include <utility>

#include "import/table.hpp"

namespace shop {

namespace {

// What the modules take; past it an import would stop halfway.
constexpr std::int64_t highest_price_cents = 1'000'000'000;
constexpr std::size_t most_lines = 50;
constexpr std::int64_t most_pieces = 1'000'000'000;
constexpr std::int64_t most_pieces_in_a_line = 1'000'000;

// The rows of a table by their ID.
class Ids {
 public:
  // Throws ImportError for one that is there already.
  const std::string& add(const Cell& cell) {
    const std::string& id = cell.id();
    if (!rows_.emplace(id, rows_.size()).second) cell.fail("'" + id + "' is there twice");
    return id;
  }

  // The row of the ID that `cell` holds; throws ImportError where `file` has none.
  std::size_t find(const Cell& cell, const std::string& file) const {
    const auto found = rows_.find(cell.id());
    if (found == rows_.end()) cell.fail("no '" + cell.id() + "' is in " + file);
    return found->second;
  }

 private:
  std::unordered_map<std::string, std::size_t> rows_;
};

Ids read_customers(const std::filesystem::path& folder, DataSet& data) {
  enum { id, company, contact };
  const Table table(folder / "customers.csv", {"customerID", "companyName", "contactName"});
  Ids ids;
  std::set<std::string> mail_addresses;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Customer customer{.id = ids.add(table.cell(row, id)), .contact = table.cell(row, contact).text()};
    if (const Cell cell = table.cell(row, company); !cell.absent()) customer.company = cell.text();
    if (!mail_addresses.insert(mail_address(customer)).second) {
      table.cell(row, id).fail("differs from another ID in nothing but upper and lower case");
    }
    data.customers.push_back(std::move(customer));
  }
  return ids;
}

Ids read_products(const std::filesystem::path& folder, DataSet& data) {
  enum { id, name, packing, price, in_stock, reorder_level, discontinued };
  const Table table(folder / "products.csv", {"productID", "productName", "quantityPerUnit", "unitPrice",
                                              "unitsInStock", "reorderLevel", "discontinued"});
  Ids ids;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const Cell packing_cell = table.cell(row, packing);
    data.products.push_back({.id = ids.add(table.cell(row, id)),
                             .name = table.cell(row, name).text(),
                             .packing = packing_cell.absent() ? "" : packing_cell.text(),
                             .price_cents = table.cell(row, price).hundredths(highest_price_cents),
                             .in_stock = table.cell(row, in_stock).integer(0, most_pieces),
                             .reorder_level = table.cell(row, reorder_level).integer(0, most_pieces),
                             .discontinued = table.cell(row, discontinued).zero_or_one()});
  }
  return ids;
}

void read_orders(const std::filesystem::path& folder, const Ids& customers, const Ids& products, DataSet& data) {
  enum { id, customer, placed, shipped };
  const Table table(folder / "orders.csv", {"orderID", "customerID", "orderDate", "shippedDate"});
  Ids ids;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Order order{.id = ids.add(table.cell(row, id)), .placed_at = table.cell(row, placed).time()};
    order.customer_id = data.customers[customers.find(table.cell(row, customer), "customers.csv")].id;
    if (const Cell cell = table.cell(row, shipped); !cell.absent()) {
      order.shipped_at = cell.time();
      if (*order.shipped_at < order.placed_at) cell.fail("is before orderDate");
    }
    data.orders.push_back(std::move(order));
  }

  enum { order, product, price, quantity, discount };
  const Table lines(folder / "order-details.csv", {"orderID", "productID", "unitPrice", "quantity", "discount"});
  std::set<std::pair<std::size_t, std::size_t>> seen;
  std::vector<std::int64_t> pieces;
  for (const Product& item : data.products) pieces.push_back(item.in_stock);
  for (std::size_t row = 0; row < lines.rows(); ++row) {
    const std::size_t of_order = ids.find(lines.cell(row, order), "orders.csv");
    const std::size_t of_product = products.find(lines.cell(row, product), "products.csv");
    if (!seen.emplace(of_order, of_product).second) lines.cell(row, product).fail("is in this order twice");
    if (data.orders[of_order].lines.size() == most_lines) {
      lines.cell(row, order).fail("an order has at most " + std::to_string(most_lines) + " lines");
    }
    const std::int64_t ordered = lines.cell(row, quantity).integer(1, most_pieces_in_a_line);
    pieces[of_product] += ordered;
    if (pieces[of_product] > most_pieces) {
      lines.cell(row, quantity)
          .fail("with it, more than " + std::to_string(most_pieces) + " of this product are needed");
    }
    data.orders[of_order].lines.push_back(
        {.product_id = data.products[of_product].id,
         .quantity = static_cast<std::int32_t>(ordered),
         .unit_price_cents = lines.cell(row, price).hundredths(highest_price_cents),
         .discount_percent = static_cast<std::int32_t>(lines.cell(row, discount).hundredths(100))});
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (data.orders[row].lines.empty()) table.cell(row, id).fail("no line of this order is in order-details.csv");
  }
}

}  // namespace

std::string mail_address(const Customer& customer) {
  std::string name = customer.id;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name + "@customers.example";
}

DataSet read_data_set(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    throw ashlar::Error("there is no folder '" + folder.string() + "' to import from");
  }
  DataSet data;
  const Ids customers = read_customers(folder, data);
  const Ids products = read_products(folder, data);
  read_orders(folder, customers, products, data);
  return data;
}

}  // namespace shop
