#pragma once

#include <ashlar/event.hpp>
#include <string>

namespace shelves {

struct BookTaken {
  std::string book;
};
ASHLAR_EVENT(BookTaken, "shelves.book.taken", 1, book)

}  // namespace shelves
