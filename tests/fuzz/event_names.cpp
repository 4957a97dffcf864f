#include <ashlar/errors.hpp>
#include <ashlar/event.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <ashlar/event_pattern.hpp>

namespace {

std::vector<std::string_view> segments_of(std::string_view text) {
  std::vector<std::string_view> segments;
  for (;;) {
    const std::size_t dot = text.find('.');
    segments.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return segments;
    text.remove_prefix(dot + 1);
  }
}

// The same question, answered by a table: which of the pattern's beginnings match which of the name's.
bool matches_by_table(std::string_view pattern, std::string_view name) {
  const auto wanted = segments_of(pattern);
  const auto given = segments_of(name);
  std::vector<std::vector<bool>> fits(wanted.size() + 1, std::vector<bool>(given.size() + 1, false));
  fits[0][0] = true;
  for (std::size_t i = 1; i <= wanted.size(); ++i) {
    for (std::size_t j = 0; j <= given.size(); ++j) {
      if (wanted[i - 1] == "#") {
        fits[i][j] = fits[i - 1][j] || (j > 0 && fits[i][j - 1]);
      } else if (j > 0) {
        fits[i][j] = fits[i - 1][j - 1] && (wanted[i - 1] == "*" || wanted[i - 1] == given[j - 1]);
      }
    }
  }
  return fits[wanted.size()][given.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const std::string_view reference = text.substr(0, line);
  const std::string_view name = line == std::string_view::npos ? std::string_view() : text.substr(line + 1);
  try {
    const std::string normal = ashlar::normal_event_reference(reference);
    if (ashlar::normal_event_reference(normal) != normal || normal.size() > ashlar::max_event_name_size + 11) {
      std::abort();
    }
    if (ashlar::is_pattern(normal) && ashlar::is_event_name(name) &&
        ashlar::matches(normal, name) != matches_by_table(normal, name)) {
      std::abort();
    }
  } catch (const ashlar::DeclarationError& error) {
    if (std::string_view(error.what()).size() > 1000) std::abort();
  }
  return 0;
}
