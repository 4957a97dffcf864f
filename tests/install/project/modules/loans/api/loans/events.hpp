#pragma once

#include <ashlar/event.hpp>
#include <string>

namespace loans {

struct BookLent {
  std::string book;
  std::string reader;
};
ASHLAR_EVENT(BookLent, "loans.book.lent", 1, book, reader)

}  // namespace loans
