#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "import/place.hpp"

namespace shop {

struct CsvField {
  std::string text;
  std::size_t line = 1;
  std::size_t column = 1;
  bool quoted = false;
};

using CsvRow = std::vector<CsvField>;

// What a file may have at most; past a limit reading fails with the place.
struct CsvLimits {
  std::size_t bytes = 64 * 1024 * 1024;
  std::size_t rows = 1'000'000;
  std::size_t columns = 200;
  std::size_t fields = 4'000'000;
  std::size_t field_bytes = 16 * 1024;
};

// Reads RFC 4180, strictly: UTF-8 without control characters (a byte order mark in front is skipped), lines that end
// in LF or CRLF, every row with as many fields as the first, quotes only around whole fields. One thing more is read,
// because exports that never quote are full of it: in a row that would have too many fields, a comma before a blank
// belongs to the text (`Rua do Paço, 67`). Throws ImportError, with `file` as the file's name.
std::vector<CsvRow> read_csv(std::string_view text, const std::string& file, const CsvLimits& limits = {});

}  // namespace shop
