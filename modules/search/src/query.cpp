#include "query.hpp"

#include <ashlar/utf8.hpp>
#include <cstddef>
#include <cstdint>

namespace search {

namespace {

constexpr std::size_t longest_text = 200;

// FTS5 drops ASCII punctuation, and a word made of nothing else would match nothing. Past ASCII it decides by itself.
bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<std::uint8_t>(c) >= 0x80;
}

}  // namespace

std::string to_fts5(std::string_view text) {
  if (text.size() > longest_text) throw InvalidQuery("a search text has at most 200 bytes");
  if (!ashlar::is_utf8(text)) throw InvalidQuery("a search text is UTF-8");
  std::string query;
  std::size_t i = 0;
  while (i < text.size()) {
    if (!in_word(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < text.size() && in_word(text[i])) ++i;
    if (!query.empty()) query += ' ';
    query.append("\"").append(text.substr(begin, i - begin)).append("\"*");
  }
  if (query.empty()) throw InvalidQuery("a search text needs a word to look for");
  return query;
}

}  // namespace search
