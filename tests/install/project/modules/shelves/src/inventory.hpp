#pragma once

#include <mutex>
#include <set>
#include <string>

namespace shelves {

class Inventory {
 public:
  bool remove(const std::string& book) {
    const std::lock_guard lock(mutex_);
    return books_.erase(book) == 1;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> books_{"Emma", "Dracula"};
};

}  // namespace shelves
