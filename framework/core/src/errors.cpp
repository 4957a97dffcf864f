#include <cxxabi.h>

#include <ashlar/errors.hpp>
#include <cstdlib>
#include <memory>
#include <typeinfo>
#include <utility>

namespace ashlar {
namespace {

std::string lines(const std::vector<std::string>& problems) {
  std::string text;
  for (const std::string& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem;
  }
  return text;
}

std::string unknown_exception() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "unknown exception";
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status),
                                                         &std::free);
  return std::string("unknown exception of type ") + (name ? name.get() : type->name());
}

}  // namespace

JsonError::JsonError(std::string pointer, const std::string& problem)
    : Error(pointer.empty() ? problem : pointer + ": " + problem), pointer_(std::move(pointer)) {}

ConfigurationError::ConfigurationError(std::vector<std::string> problems)
    : Error(lines(problems)), problems_(std::move(problems)) {}

std::string full_message(const std::exception& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (...) {
    return std::string(error.what()) + ": " + current_exception_message();
  }
  return error.what();
}

std::string current_exception_message() {
  try {
    throw;
  } catch (const std::exception& error) {
    return full_message(error);
  } catch (...) {
    return unknown_exception();
  }
}

}  // namespace ashlar
