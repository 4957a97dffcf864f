#include "books.hpp"

#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

// The fields in front of the first quote; nothing that is summed stands behind one.
std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> found(1);
  for (char c : line) {
    if (c == '"') break;
    if (c == ',') {
      found.emplace_back();
    } else {
      found.back() += c;
    }
  }
  return found;
}

template <class Take>
void each_line(const std::filesystem::path& file, Take take) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) take(fields(line));
  if (!in.eof()) throw std::runtime_error("cannot read " + file.string());
}

// `0.15` is 15, `18.00` is 1800, `0` is 0.
std::int64_t hundredths(const std::string& text) {
  const std::size_t point = text.find('.');
  std::string decimals = point == std::string::npos ? "" : text.substr(point + 1);
  decimals.resize(2, '0');
  return std::stoll(text.substr(0, point)) * 100 + std::stoll(decimals);
}

}  // namespace

Books sum_up(const std::filesystem::path& folder) {
  std::map<std::string, std::pair<std::string, std::string>> orders;  // to customer and month
  each_line(folder / "orders.csv", [&](const auto& order) {
    orders[order[0]] = {order[1], order[3].substr(0, std::string("1996-07").size())};
  });
  Books books;
  each_line(folder / "order-details.csv", [&](const auto& line) {
    const std::int64_t revenue = hundredths(line[2]) * std::stoll(line[3]) * (100 - hundredths(line[4]));
    const auto& [customer, month] = orders.at(line[0]);
    books.total += revenue;
    books.by_customer[customer] += revenue;
    books.by_item[line[1]] += revenue;
    books.by_month[month] += revenue;
  });
  return books;
}

std::string as_json(const std::map<std::string, std::int64_t>& figures) {
  std::string json;
  for (const auto& [name, figure] : figures) {
    const std::string decimals = std::to_string(10'000 + figure % 10'000).substr(1);
    json += (json.empty() ? "{\"" : ",\"") + name + "\":\"" + std::to_string(figure / 10'000) + "." + decimals + "\"";
  }
  return json + "}\n";
}
