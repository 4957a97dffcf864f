#pragma once

#include <cstddef>
#include <iosfwd>

namespace shop {

// One line on a terminal that fills up, and is wiped away in the end. On anything else nothing is written.
class ProgressBar {
 public:
  ProgressBar(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::size_t done, std::size_t total);

 private:
  std::ostream& out_;
  bool terminal_;
  std::size_t percent_ = 0;
  bool drawn_ = false;
};

}  // namespace shop
