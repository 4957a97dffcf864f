#pragma once

#include <ashlar/errors.hpp>
#include <string>
#include <string_view>

namespace search {

// A search text that cannot be searched for; the text says why.
class InvalidQuery : public ashlar::Error {
 public:
  using Error::Error;
};

// What a person typed as a query of FTS5: every word must occur, in any order, each as the beginning of one. Whatever
// the text holds, it is only words: FTS5's own syntax (AND, NEAR, *, ^, quotes, column names) has no power in it.
// Throws InvalidQuery for a text without a word, of more than 200 bytes, or that is not UTF-8.
std::string to_fts5(std::string_view text);

}  // namespace search
