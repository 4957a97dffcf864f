#include "report.hpp"

#include <algorithm>
#include <ashlar/json.hpp>
#include <cstddef>

namespace analytics {

namespace {

std::map<std::string, std::string> decimals(const Revenues& revenues) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, revenue] : revenues) texts.emplace(name, decimal(revenue));
  return texts;
}

// UTF-8 has one byte of each character that is no continuation.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string report_json(const Revenues& revenues) { return ashlar::to_json(decimals(revenues)); }

std::string report_text(const Revenues& revenues) {
  std::size_t names = 0;
  std::size_t numbers = 0;
  const auto rows = decimals(revenues);
  for (const auto& [name, number] : rows) {
    names = std::max(names, width(name));
    numbers = std::max(numbers, number.size());
  }
  std::string text;
  for (const auto& [name, number] : rows) {
    text += name + std::string(names - width(name) + 2 + numbers - number.size(), ' ') + number + '\n';
  }
  return text;
}

}  // namespace analytics
