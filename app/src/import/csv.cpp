#include "import/csv.hpp"

#include <boost/nowide/utf/utf.hpp>
#include <cstdint>
#include <utility>

namespace shop {

namespace {

namespace utf = boost::nowide::utf;

class Reader {
 public:
  Reader(std::string_view text, const std::string& file, const CsvLimits& limits)
      : text_(text), file_(file), limits_(limits) {
    if (text_.size() > limits.bytes) fail("the file has more than " + std::to_string(limits.bytes) + " bytes");
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  std::vector<CsvRow> read() {
    std::vector<CsvRow> rows;
    while (!only_line_ends_left()) {
      if (rows.size() > limits_.rows) fail("more than " + std::to_string(limits_.rows) + " rows");
      if (at_line_end()) fail("an empty line");
      CsvRow row = read_row();
      if (!rows.empty()) fit(row, rows.front().size());
      rows.push_back(std::move(row));
    }
    if (rows.empty()) fail("the file is empty: its first line names the columns");
    return rows;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const { throw ImportError({file_, line_, column_}, problem); }

  bool done() const { return at_ == text_.size(); }
  char next() const { return done() ? '\0' : text_[at_]; }
  bool at_line_end() const { return next() == '\n' || text_.substr(at_, 2) == "\r\n"; }
  bool only_line_ends_left() const { return text_.find_first_not_of("\r\n", at_) == std::string_view::npos; }

  void take_line_end() {
    at_ += next() == '\r' ? 2 : 1;
    ++line_;
    column_ = 1;
  }

  void take_ascii() {
    ++at_;
    ++column_;
  }

  void take_character(CsvField& field) {
    const char* position = text_.data() + at_;
    const auto character = utf::utf_traits<char>::decode(position, text_.data() + text_.size());
    if (!utf::is_valid_codepoint(character)) fail("a byte that is not UTF-8");
    if (character < ' ' || (character >= 0x7f && character < 0xa0)) fail("a control character");
    const auto size = static_cast<std::size_t>(position - (text_.data() + at_));
    append(field, text_.substr(at_, size));
    at_ += size;
    ++column_;
  }

  void append(CsvField& field, std::string_view text) const {
    if (field.text.size() + text.size() > limits_.field_bytes) {
      fail("a field of more than " + std::to_string(limits_.field_bytes) + " bytes");
    }
    field.text += text;
  }

  CsvRow read_row() {
    CsvRow row;
    for (;;) {
      if (row.size() == limits_.columns) fail("more than " + std::to_string(limits_.columns) + " fields in a row");
      if (++fields_ > limits_.fields) fail("more than " + std::to_string(limits_.fields) + " fields in the file");
      row.push_back(next() == '"' ? read_quoted() : read_plain());
      if (next() != ',') break;
      take_ascii();
    }
    if (!done()) take_line_end();
    return row;
  }

  CsvField read_plain() {
    CsvField field{.line = line_, .column = column_};
    while (!done() && next() != ',' && !at_line_end()) {
      if (next() == '"') fail("a quote inside a field that does not begin with one");
      take_character(field);
    }
    return field;
  }

  CsvField read_quoted() {
    CsvField field{.line = line_, .column = column_, .quoted = true};
    take_ascii();
    for (;;) {
      if (done()) throw ImportError({file_, field.line, field.column}, "a quoted field that never ends");
      if (at_line_end()) {
        append(field, "\n");
        take_line_end();
      } else if (next() != '"') {
        take_character(field);
      } else {
        take_ascii();
        if (next() != '"') break;
        append(field, "\"");
        take_ascii();
      }
    }
    if (!done() && next() != ',' && !at_line_end()) fail("text after the closing quote of a field");
    return field;
  }

  static bool continues(const CsvField& before, const CsvField& field) {
    return !before.quoted && !field.quoted && field.text.starts_with(' ');
  }

  // Makes the row as wide as the first one, or fails.
  void fit(CsvRow& row, std::size_t width) const {
    if (row.size() > width) {
      CsvRow joined{std::move(row.front())};
      for (std::size_t i = 1; i < row.size(); ++i) {
        if (continues(joined.back(), row[i])) {
          append(joined.back(), "," + row[i].text);
        } else {
          joined.push_back(std::move(row[i]));
        }
      }
      row = std::move(joined);
    }
    if (row.size() == width) return;
    const CsvField& place = row.size() > width ? row[width] : row.back();
    throw ImportError({file_, place.line, place.column},
                      std::to_string(row.size()) + " fields, but the first line names " + std::to_string(width) +
                          " columns" + (row.size() > width ? ": a field that holds a comma stands in quotes" : ""));
  }

  std::string_view text_;
  const std::string& file_;
  const CsvLimits& limits_;
  std::size_t at_ = 0;
  std::size_t fields_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
};

}  // namespace

std::vector<CsvRow> read_csv(std::string_view text, const std::string& file, const CsvLimits& limits) {
  return Reader(text, file, limits).read();
}

}  // namespace shop
