#include "import/table.hpp"

#include <algorithm>
#include <ashlar/time_text.hpp>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace shop {

namespace {

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) throw ashlar::Error("there is no file '" + path.string() + "'");
  if (std::filesystem::file_size(path) > limit) {
    throw ImportError({.file = path.string()}, "the file has more than " + std::to_string(limit) + " bytes");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad() || !in.is_open()) throw ashlar::Error("the file '" + path.string() + "' cannot be read");
  return text;
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool Cell::absent() const { return !field_.quoted && (field_.text.empty() || field_.text == "NULL"); }

const std::string& Cell::text(std::size_t limit) const {
  if (absent() || field_.text.find_first_not_of(' ') == std::string::npos) fail("is missing");
  if (field_.text.find('\n') != std::string::npos) fail("has more than one line");
  if (field_.text.size() > limit) fail("has more than " + std::to_string(limit) + " bytes");
  return field_.text;
}

const std::string& Cell::id() const {
  const bool good = std::all_of(field_.text.begin(), field_.text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (absent() || field_.text.empty() || !good || field_.text.size() > 40) {
    fail_value("an ID of at most 40 letters, digits, '-' and '_'");
  }
  return field_.text;
}

std::int64_t Cell::integer(std::int64_t least, std::int64_t most) const {
  const auto number = whole_number<std::int64_t>(field_.text);
  if (!number || *number < least || *number > most) {
    fail_value("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return *number;
}

std::int64_t Cell::hundredths(std::int64_t most) const {
  const std::string& text = field_.text;
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string decimals = point < text.size() ? text.substr(point + 1) : "0";
  const bool well_formed = point > 0 && !decimals.empty() && digits(text.substr(0, point)) && digits(decimals);
  const std::size_t last = decimals.find_last_not_of('0');
  decimals.resize(2, '0');
  const auto number = whole_number<std::int64_t>(text.substr(0, point) + decimals);
  if (!well_formed || (last != std::string::npos && last > 1) || !number || *number > most) {
    fail_value("a number from 0 to " + std::to_string(most / 100) + " with at most two decimals");
  }
  return *number;
}

bool Cell::zero_or_one() const { return integer(0, 1) == 1; }

ashlar::Time Cell::time() const {
  constexpr std::size_t date_size = 10;
  std::string text = field_.text;
  if (text.size() == date_size) text += "T00:00:00";
  if (text.size() > date_size && text[date_size] == ' ') text[date_size] = 'T';
  const auto time = ashlar::parse_time(text + 'Z');
  if (!time) fail_value("a date as in 1996-07-04, or with a time as in 1996-07-04 12:30:00");
  return *time;
}

void Cell::fail(const std::string& problem) const {
  throw ImportError({file_, field_.line, field_.column}, std::string(column_) + ": " + problem);
}

void Cell::fail_value(const std::string& expected) const {
  std::size_t shown = std::min<std::size_t>(40, field_.text.size());
  while (shown < field_.text.size() && (field_.text[shown] & 0xc0) == 0x80) --shown;
  const std::string rest = shown < field_.text.size() ? "…" : "";
  fail("expected " + expected + ", got '" + field_.text.substr(0, shown) + rest + "'");
}

Table::Table(const std::filesystem::path& file, std::vector<std::string_view> columns)
    : file_(file.string()), columns_(std::move(columns)), rows_(read_csv(read_file(file, CsvLimits{}.bytes), file_)) {
  const CsvRow& names = rows_.front();
  for (std::string_view column : columns_) {
    const auto is_it = [&](const CsvField& name) { return name.text == column; };
    const auto found = std::find_if(names.begin(), names.end(), is_it);
    if (found == names.end()) {
      throw ImportError({file_, 1, 1}, "the first line names no column '" + std::string(column) + "'");
    }
    const auto again = std::find_if(found + 1, names.end(), is_it);
    if (again != names.end()) {
      throw ImportError({file_, again->line, again->column}, "the column '" + std::string(column) + "' is there twice");
    }
    positions_.push_back(static_cast<std::size_t>(found - names.begin()));
  }
}

}  // namespace shop
