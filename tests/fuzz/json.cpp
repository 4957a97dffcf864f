#include "../core/sample_types.hpp"

#include <ashlar/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "json/parse.hpp"

namespace {

// What can be read can be written, and is read as the same.
template <class T>
void read_and_write(std::string_view json) {
  T value;
  try {
    value = ashlar::from_json<T>(json);
  } catch (const ashlar::JsonError&) {
    return;
  }
  if (ashlar::from_json<T>(ashlar::to_json(value)) != value) std::abort();
}

// What is taken is JSON, and says what nlohmann's parser says it does.
void parse_as_nlohmann(std::string_view json) {
  nlohmann::json document;
  try {
    document = ashlar::detail::parse_json(json, {});
  } catch (const ashlar::JsonError&) {
    return;
  }
  if (nlohmann::json::parse(json, nullptr, false).dump() != document.dump()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  parse_as_nlohmann(json);
  read_and_write<sample::Everything>(json);
  read_and_write<sample::Tree>(json);
  read_and_write<sample::OrderPlaced>(json);
  read_and_write<std::vector<std::optional<std::chrono::sys_time<std::chrono::milliseconds>>>>(json);
  return 0;
}
