#include "formats/json_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ashlar/bridge/wire_format.hpp>
#include <utility>

#include "formats/json_token.hpp"
#include "formats/shown.hpp"

namespace ashlar::bridge {
namespace {

// Up to here members are compared one by one, beyond it they are sorted.
constexpr std::size_t few_members = 16;

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  JsonScan scan() && {
    skip_space();
    const std::size_t begin = at_;
    if (at_ == text_.size()) fail(at_, "the document is empty");
    JsonKind kind = value();
    while (!open_.empty()) next();
    scan_.root = {kind, text_.substr(begin, at_ - begin)};
    skip_space();
    if (at_ != text_.size()) fail(at_, fmt::format("expected the end, found {}", shown(text_.substr(at_, 20))));
    return std::move(scan_);
  }

 private:
  struct Name {
    std::string_view text;
    std::size_t offset;
  };

  struct Open {
    JsonKind kind;
    std::size_t first_name;    // in names_, of an object
    std::size_t items = 0;     // that have begun
    std::size_t value_at = 0;  // where the last one's value begins
    JsonKind value_kind = JsonKind::null;
  };

  // Begins a value; an object or array is only opened, and next() goes on in it.
  JsonKind value() {
    if (at_ == text_.size()) fail(at_, "the document ends where a value is expected");
    switch (text_[at_]) {
      case '{': return open(JsonKind::object);
      case '[': return open(JsonKind::array);
      case '"': token(text_token(text_, at_)); return JsonKind::text;
      case 't': word("true"); return JsonKind::boolean;
      case 'f': word("false"); return JsonKind::boolean;
      case 'n': word("null"); return JsonKind::null;
      default: token(number_token(text_, at_)); return JsonKind::number;
    }
  }

  JsonKind open(JsonKind kind) {
    if (open_.size() == max_depth_) {
      fail(at_, fmt::format("deeper than {} levels, the limit", max_depth_));
    }
    ++at_;
    open_.push_back({kind, names_.size()});
    scan_.depth = std::max(scan_.depth, open_.size());
    return kind;
  }

  // Goes on in what was opened last and is not closed.
  void next() {
    const std::size_t end = at_;
    skip_space();
    if (open_.back().items == 0) return closes() ? close() : begin_item();
    if (open_.size() == 1 && open_.back().kind == JsonKind::object) {
      const std::size_t begin = open_.back().value_at;
      scan_.members.push_back({names_.back().text, {open_.back().value_kind, text_.substr(begin, end - begin)}});
    }
    if (closes()) return close();
    if (at_ == text_.size()) fail(at_, "the document ends here, before it is complete");
    if (text_[at_] != ',') {
      fail(at_, fmt::format("expected a comma or the end of {}, found {}", shown(open_.back().kind),
                            shown(text_.substr(at_, 20))));
    }
    ++at_;
    skip_space();
    begin_item();
  }

  void begin_item() {
    if (open_.back().kind == JsonKind::object) name();
    const std::size_t depth = open_.size();
    ++open_.back().items;
    open_.back().value_at = at_;
    const JsonKind kind = value();
    open_[depth - 1].value_kind = kind;
  }

  void name() {
    if (at_ == text_.size() || text_[at_] != '"') {
      fail(at_, fmt::format("expected a member's name, found {}", shown(text_.substr(at_, 20))));
    }
    const std::size_t begin = at_;
    const JsonToken read = text_token(text_, at_);
    token(read);
    std::string_view text = text_.substr(begin + 1, at_ - begin - 2);
    if (read.escaped) text = scan_.unescaped.emplace_front(text_of({JsonKind::text, text_.substr(begin, at_ - begin)}));
    const std::size_t first = open_.back().first_name;
    if (names_.size() - first < few_members) {
      for (std::size_t i = first; i != names_.size(); ++i) {
        if (names_[i].text == text) twice(text, begin);
      }
    }
    names_.push_back({text, begin});
    skip_space();
    if (at_ == text_.size() || text_[at_] != ':') fail(at_, "expected a colon after a member's name");
    ++at_;
    skip_space();
  }

  bool closes() const {
    return at_ < text_.size() && text_[at_] == (open_.back().kind == JsonKind::object ? '}' : ']');
  }

  void close() {
    const std::size_t first = open_.back().first_name;
    if (names_.size() - first > few_members) find_twice(first);
    names_.resize(first);
    open_.pop_back();
    ++at_;
  }

  void find_twice(std::size_t first) {
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, names_.end(),
              [](const Name& a, const Name& b) { return a.text != b.text ? a.text < b.text : a.offset < b.offset; });
    const auto same =
        std::adjacent_find(begin, names_.end(), [](const Name& a, const Name& b) { return a.text == b.text; });
    if (same != names_.end()) twice((same + 1)->text, (same + 1)->offset);
  }

  [[noreturn]] void twice(std::string_view name, std::size_t offset) {
    names_.push_back({name, offset});
    fail(offset, fmt::format("the member {} stands twice in its object", shown(name)));
  }

  void token(const JsonToken& read) {
    if (read.problem != nullptr) fail(read.end, read.problem);
    at_ = read.end;
  }

  void word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) fail(at_, not_a_value);
    at_ += expected.size();
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  [[noreturn]] void fail(std::size_t offset, std::string_view problem) const {
    throw WireError(fmt::format("{}: no valid JSON at byte {}: {}", place(), offset, problem));
  }

  // `payload.lines[3].quantity`
  std::string place() const {
    std::string text;
    for (std::size_t i = 0; i != open_.size(); ++i) {
      const std::size_t names_end = i + 1 == open_.size() ? names_.size() : open_[i + 1].first_name;
      if (open_[i].kind == JsonKind::array) {
        text += fmt::format("[{}]", open_[i].items == 0 ? 0 : open_[i].items - 1);
      } else if (names_end != open_[i].first_name) {
        append_place(text, names_[names_end - 1].text);
      }
    }
    return text.empty() ? "body" : text;
  }

  static void append_place(std::string& place, std::string_view name) {
    if (!place.empty()) place += '.';
    const std::string quoted = shown(name);
    place.append(quoted, 1, quoted.size() - 2);
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  boost::container::small_vector<Open, 8> open_;
  boost::container::small_vector<Name, 32> names_;  // of all open objects
  JsonScan scan_;
};

}  // namespace

std::string_view shown(JsonKind kind) {
  switch (kind) {
    case JsonKind::object: return "an object";
    case JsonKind::array: return "an array";
    case JsonKind::text: return "a text";
    case JsonKind::number: return "a number";
    case JsonKind::boolean: return "true or false";
    case JsonKind::null: return "null";
  }
  return "nothing";
}

JsonScan scan_json(std::string_view text, std::size_t max_depth) { return Scanner(text, max_depth).scan(); }

}  // namespace ashlar::bridge
