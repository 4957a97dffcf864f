#include "text/table.hpp"

#include <algorithm>
#include <cstddef>

namespace ashlar::ops {
namespace {

// Characters, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(width_of(columns_[i].heading));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], width_of(row.at(i)));
  }
  std::string text;
  const auto write_cell = [&](std::size_t i, const std::string& cell) {
    if (i > 0) text += "  ";
    const std::string padding(widths[i] - width_of(cell), ' ');
    const bool is_last = i + 1 == columns_.size();
    text += columns_[i].align == Align::right ? padding + cell : is_last ? cell : cell + padding;
  };
  const auto end_line = [&] {
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  };
  for (std::size_t i = 0; i < columns_.size(); ++i) write_cell(i, columns_[i].heading);
  end_line();
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < columns_.size(); ++i) write_cell(i, row[i]);
    end_line();
  }
  return text;
}

}  // namespace ashlar::ops
