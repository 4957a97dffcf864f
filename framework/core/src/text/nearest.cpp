#include "text/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace ashlar::detail {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(char a, char b) { return lower(a) == lower(b) || ((a == '-' || a == '_') && (b == '-' || b == '_')); }

// How many characters to insert, remove, replace or swap with their neighbour (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1)});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> names) {
  constexpr std::size_t longest = 100;
  if (wrong.empty() || wrong.size() > longest) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const std::string_view name : names) {
    if (name.size() > longest) continue;
    const std::size_t d = distance(wrong, name);
    if (d < least) {
      least = d;
      nearest = name;
    }
  }
  return nearest.empty() ? std::string() : "; did you mean " + std::string(nearest) + "?";
}

std::string meant_or_known(std::string_view wrong, std::span<const std::string_view> names) {
  constexpr std::size_t most = 20;
  std::string text = did_you_mean(wrong, names);
  if (!text.empty() || names.size() > most) return text;
  for (const std::string_view name : names) text.append(text.empty() ? "; known: " : ", ").append(name);
  return text;
}

}  // namespace ashlar::detail
