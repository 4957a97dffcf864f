#include "text/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace ashlar::ops {
namespace {

// How many characters to insert, remove, replace or swap with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last.back();
}

// A name that holds what was written, or that is held by it, is near whatever its length.
std::size_t strangeness(std::string_view wrong, std::string_view name) {
  constexpr std::size_t telling = 4;
  if (wrong.size() >= telling && name.find(wrong) != std::string_view::npos) return 1;
  return distance(wrong, name);
}

}  // namespace

std::string did_you_mean(std::string_view wrong, std::span<const std::string> names) {
  constexpr std::size_t longest = 200, most = 3;
  if (wrong.empty() || wrong.size() > longest) return {};
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const std::string& name : names) {
    const std::size_t far = strangeness(wrong, name);
    if (far <= std::max<std::size_t>(1, wrong.size() / 3)) near.emplace_back(far, name);
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  if (near.size() > most) near.resize(most);
  std::string text;
  for (std::size_t i = 0; i < near.size(); ++i) {
    text += i == 0 ? "; did you mean '" : i + 1 == near.size() ? " or '" : ", '";
    text += std::string(near[i].second) + "'";
  }
  return text.empty() ? text : text + "?";
}

}  // namespace ashlar::ops
