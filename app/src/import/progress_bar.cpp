#include "import/progress_bar.hpp"

#include <ostream>
#include <string>

namespace shop {

ProgressBar::~ProgressBar() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
}

void ProgressBar::show(std::size_t done, std::size_t total) {
  const std::size_t percent = total == 0 ? 100 : done * 100 / total;
  if (!terminal_ || (drawn_ && percent == percent_)) return;
  percent_ = percent;
  drawn_ = true;
  const std::size_t filled = percent / 2;
  out_ << "\r[" << std::string(filled, '#') << std::string(50 - filled, '.') << "] " << percent << " %" << std::flush;
}

}  // namespace shop
