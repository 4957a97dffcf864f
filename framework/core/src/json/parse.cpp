#include "json/parse.hpp"

#include <fmt/format.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <ashlar/utf8.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "json/place.hpp"
#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

using Json = nlohmann::json;

std::string not_valid(std::string_view before, std::string_view reason) {
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
  return fmt::format("no valid JSON at line {}, column {}: {}", line, column, reason);
}

// Builds the document from the events of a parser that does not recurse: nlohmann's, which can say what is wrong and where.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, std::size_t depth_limit) : text_(text), depth_limit_(depth_limit) {}

  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto [member, inserted] = open_.back().value->get_ref<Json::object_t&>().try_emplace(name);
    open_.back().key = &member->first;
    if (!inserted) throw JsonError(pointer(), "stands twice in its object");
    next_ = &member->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    throw JsonError({}, problem(position, error));
  }

 private:
  struct Open {
    Json* value;
    const std::string* key = nullptr;
  };

  Json& slot() {
    if (open_.empty()) return root_;
    if (open_.back().value->is_array()) return open_.back().value->get_ref<Json::array_t&>().emplace_back();
    return *next_;
  }

  bool add(Json value) {
    slot() = std::move(value);
    return true;
  }

  bool open(Json container) {
    Json& value = slot();
    value = std::move(container);
    if (open_.size() >= depth_limit_) {
      throw JsonError(pointer(), fmt::format("deeper than {} levels, the limit", depth_limit_));
    }
    open_.push_back({&value});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string pointer() const {
    std::string text;
    for (const Open& open : open_) {
      if (open.value->is_array()) {
        if (!open.value->empty()) append_to_pointer(text, std::to_string(open.value->size() - 1));
      } else if (open.key != nullptr) {
        append_to_pointer(text, *open.key);
      }
    }
    return text;
  }

  // nlohmann counts columns in bytes from the start of the line, as editors do for ASCII.
  std::string problem(std::size_t position, const nlohmann::detail::exception& error) const {
    std::string_view what = error.what();
    what.remove_prefix(std::min(what.find("] ") + 2, what.size()));
    if (const std::size_t number = what.find("number overflow parsing "); number != what.npos) {
      return "a number no double can hold: " +
             printable(what.substr(number + std::string_view("number overflow parsing ").size()), shown_of_a_value);
    }
    std::string_view reason = what;
    if (const std::size_t dash = what.find(" - "); dash != what.npos) reason = what.substr(dash + 3);
    return not_valid(text_.substr(0, position == 0 ? 0 : position - 1), shortened(reason));
  }

  // The message quotes what was read last, which may be as long as the document.
  static std::string shortened(std::string_view reason) {
    const std::size_t last_read = reason.find("; last read: ");
    const std::size_t expected = reason.rfind("; expected ");
    std::string text = printable(reason.substr(0, std::min(last_read, expected)), 200);
    if (last_read != reason.npos) {
      const std::size_t end = expected != reason.npos && expected > last_read ? expected : reason.size();
      text += printable(reason.substr(last_read, end - last_read), shown_of_a_value);
    }
    if (expected != reason.npos) text += printable(reason.substr(expected), shown_of_a_value);
    return text;
  }

  std::string_view text_;
  std::size_t depth_limit_;
  Json root_;
  std::vector<Open> open_;
  Json* next_ = nullptr;
};

// Builds the same from the events of RapidJSON's parser.
struct FastBuilder : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, FastBuilder> {
  using Read = std::from_chars_result;

  explicit FastBuilder(Builder& its_builder) : builder(its_builder) {}

  bool Null() { return builder.null(); }
  bool Bool(bool value) { return builder.boolean(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return number({text, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    std::string value(text, size);
    return builder.string(value);
  }
  bool StartObject() { return builder.start_object(0); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    std::string name(text, size);
    return builder.key(name);
  }
  bool EndObject(rapidjson::SizeType) { return builder.end_object(); }
  bool StartArray() { return builder.start_array(0); }
  bool EndArray(rapidjson::SizeType) { return builder.end_array(); }

  // False: too large for its kind, or too small.
  bool number(std::string_view text) {
    const char* const end = text.data() + text.size();
    const auto holds = [&](auto& value) { return std::from_chars(text.data(), end, value) == Read{end, std::errc{}}; };
    std::int64_t negative = 0;
    std::uint64_t positive = 0;
    double real = 0;
    if (text[0] == '-' && holds(negative)) return builder.number_integer(negative);
    if (text[0] != '-' && holds(positive)) return builder.number_unsigned(positive);
    return holds(real) && builder.number_float(real, {});
  }

  Builder& builder;
};

// False: nothing is said of the text, and the slower parser has to read it. RapidJSON 1.1 takes half of a surrogate pair for a
// character, so it gets no escaped ones; it reads some numbers as others, so it hands them over as texts; and it looks at UTF-8
// letter by letter, so it is spared that.
bool read_fast(std::string_view text, Builder& builder) {
  if (text.find("\\u") != text.npos || !is_utf8(text)) return false;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  FastBuilder fast(builder);
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  // It takes a byte of zero for the end.
  return !reader.Parse<flags>(stream, fast).IsError() && stream.Tell() == text.size();
}

}  // namespace

nlohmann::json parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    throw JsonError({}, fmt::format("{} bytes, and the limit is {}", text.size(), limits.bytes));
  }
  Builder fast(text, limits.depth);
  if (read_fast(text, fast)) return fast.take();
  // Both parsers would take it for the end, whatever comes behind it.
  if (const std::size_t zero = text.find('\0'); zero != text.npos) {
    throw JsonError({}, not_valid(text.substr(0, zero), "a byte of zero"));
  }
  Builder builder(text, limits.depth);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace ashlar::detail
