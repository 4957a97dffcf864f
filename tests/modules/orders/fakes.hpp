#pragma once

#include <catalog/prices.hpp>
#include <inventory/stock.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// What orders needs of catalog: a price list.
class FakePrices final : public catalog::Prices {
 public:
  std::optional<catalog::Price> find_price(std::string_view item_id) override {
    const auto found = prices.find(std::string(item_id));
    return found == prices.end() ? std::nullopt : std::optional(found->second);
  }

  std::map<std::string, catalog::Price> prices = {{"11", {1400}}, {"42", {980}}, {"5", {2135, true}}};
};

// What orders needs of inventory: a shelf that writes down what it is told. Any thread.
class FakeStock final : public inventory::Stock {
 public:
  std::vector<std::int64_t> reserve(std::string_view order_id, const std::vector<inventory::Wanted>& wanted) override {
    tell("reserve", order_id);
    std::vector<std::int64_t> missing;
    for (const inventory::Wanted& line : wanted) missing.push_back(line.item_id == lacking ? line.quantity : 0);
    return missing;
  }
  void release(std::string_view order_id) override { tell("release", order_id); }
  std::vector<inventory::Wanted> ship(std::string_view order_id) override {
    tell("ship", order_id);
    if (lacking.empty()) return {};
    return {{lacking, 3}};
  }

  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::string lacking;  // the item that there is none of
  bool broken = false;  // every call throws

 private:
  void tell(const std::string& what, std::string_view order_id) {
    if (broken) throw std::runtime_error("the shelf has fallen over");
    const std::lock_guard lock(mutex_);
    told_.push_back(what + " " + std::string(order_id));
  }

  std::mutex mutex_;
  std::vector<std::string> told_;
};
