#pragma once

#include <ashlar/clock.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "import/csv.hpp"

namespace shop {

// A field of a table, read as what it should be. Whatever it is not is an ImportError that names its place and
// column. Valid as long as the table.
class Cell {
 public:
  Cell(const std::string& file, std::string_view column, const CsvField& field)
      : file_(file), column_(column), field_(field) {}

  // Empty, or NULL without quotes.
  bool absent() const;

  // One line of at most `limit` bytes.
  const std::string& text(std::size_t limit = 200) const;

  // Letters, digits, '-' and '_', at most 40 of them.
  const std::string& id() const;

  std::int64_t integer(std::int64_t least, std::int64_t most) const;

  // Hundredths: `14.5` is 1450; more decimals only where they are zeros. From 0 to `most`.
  std::int64_t hundredths(std::int64_t most) const;

  bool zero_or_one() const;

  // `1996-07-04`, or with a time of day, `1996-07-04 00:00:00.000`; UTC.
  ashlar::Time time() const;

  [[noreturn]] void fail(const std::string& problem) const;

 private:
  [[noreturn]] void fail_value(const std::string& expected) const;

  const std::string& file_;
  std::string_view column_;
  const CsvField& field_;
};

// A CSV file whose first line names the columns. Columns are found by name, in whatever order; others are left alone.
class Table {
 public:
  // Throws ImportError, also where one of `columns` is not there or is there twice.
  Table(const std::filesystem::path& file, std::vector<std::string_view> columns);

  std::size_t rows() const { return rows_.size() - 1; }

  // `column` counts the columns asked for, from 0.
  Cell cell(std::size_t row, std::size_t column) const {
    return {file_, columns_[column], rows_[row + 1][positions_[column]]};
  }

 private:
  std::string file_;
  std::vector<std::string_view> columns_;
  std::vector<CsvRow> rows_;
  std::vector<std::size_t> positions_;
};

}  // namespace shop
