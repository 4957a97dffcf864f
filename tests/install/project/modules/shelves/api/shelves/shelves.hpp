#pragma once

#include <string>

namespace shelves {

// The books that are there. Any thread.
class Shelves {
 public:
  virtual ~Shelves() = default;

  // False where it is not there.
  virtual bool take(const std::string& book) = 0;
};

}  // namespace shelves
