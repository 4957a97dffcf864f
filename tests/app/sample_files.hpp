#pragma once

#include <ashlar/testing/temporary_directory.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

// The sample data set in a folder of its own, to be spoiled.
class SampleFiles {
 public:
  SampleFiles() { std::filesystem::copy(ASHLAR_SOURCE_DIR "/app/data/sample", folder_.path()); }

  const std::filesystem::path& path() const { return folder_.path(); }

  void replace(const std::string& file, std::string_view what, std::string_view with) const {
    std::string text = read(file);
    const std::size_t at = text.find(what);
    if (at == std::string::npos) throw std::invalid_argument("not in " + file + ": " + std::string(what));
    write(file, text.replace(at, what.size(), with));
  }

  void append(const std::string& file, std::string_view line) const { write(file, read(file) + std::string(line)); }

 private:
  std::string read(const std::string& file) const {
    std::ifstream in(path() / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  void write(const std::string& file, std::string_view text) const {
    std::ofstream(path() / file, std::ios::binary) << text;
  }

  ashlar::testing::TemporaryDirectory folder_;
};
