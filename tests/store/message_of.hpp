#pragma once

#include <ashlar/errors.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// The text of the ashlar::Error that `action` throws, or what it did instead.
template <class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const ashlar::Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

inline void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
