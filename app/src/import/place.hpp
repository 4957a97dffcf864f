#pragma once

#include <ashlar/errors.hpp>
#include <cstddef>
#include <string>

namespace shop {

// Where something stands in a file: line and column from 1, the column in characters.
struct Place {
  std::string file;
  std::size_t line = 1;
  std::size_t column = 1;
};

// A file that cannot be imported: `orders.csv:17:5: orderDate: …`.
class ImportError : public ashlar::Error {
 public:
  ImportError(const Place& place, const std::string& problem)
      : Error(place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + problem) {}
};

}  // namespace shop
