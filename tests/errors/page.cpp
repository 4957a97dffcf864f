#include "page.hpp"

#include <fstream>
#include <stdexcept>

std::string on_the_page(std::string_view mistake) {
  std::ifstream page(ASHLAR_SOURCE_DIR "/docs/errors.md");
  const std::string start = "| " + std::string(mistake) + " | `";
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with(start)) continue;
    // A sentence with backticks in it stands between double ones.
    const std::string quotes = line[start.size()] == '`' ? "`` " : "`";
    const std::size_t begin = start.size() - 1 + quotes.size();
    const std::size_t end = line.find(quotes == "`" ? "`" : " ``", begin);
    return line.substr(begin, end - begin);
  }
  throw std::runtime_error("docs/errors.md has no row '" + std::string(mistake) + "'");
}
