#include "plugins/plugin_stamp.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/plugin.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <link.h>
#include <sstream>
#include <string_view>
#include <system_error>

namespace ashlar::ops {
namespace {

namespace fs = std::filesystem;

// Class and byte order, and where the kind of processor stands; the same in 32 and 64 bits.
constexpr std::size_t machine_at = 18, machine_end = 20;

std::string read_file(const fs::path& file, std::size_t most) {
  std::error_code ignored;
  // Anything else, a pipe for one, could keep the reader waiting.
  if (!fs::is_regular_file(file, ignored)) throw Error("it is no file; remove it from the folder");
  std::ifstream in(file, std::ios::binary);
  std::string content(most, '\0');
  if (in) in.read(content.data(), static_cast<std::streamsize>(most));
  if (in.bad() || !in.is_open()) {
    throw Error("it cannot be read: " + std::generic_category().message(errno));
  }
  content.resize(static_cast<std::size_t>(in.gcount()));
  return content;
}

std::string_view machine_of(std::string_view header) {
  return header.size() < machine_end ? std::string_view{} : header.substr(machine_at, machine_end - machine_at);
}

std::string_view class_of(std::string_view header) { return header.substr(EI_CLASS, EI_DATA - EI_CLASS + 1); }

void check_machine(std::string_view content) {
  if (!content.starts_with(ELFMAG) || content.size() < machine_end) {
    throw Error("it is no shared library; remove it from the folder");
  }
  const std::string own = read_file("/proc/self/exe", machine_end);
  if (machine_of(content) != machine_of(own) || class_of(content) != class_of(own)) {
    throw Error("it was built for another kind of processor; build it on one like this, or remove it from the folder");
  }
}

// The system's loader maps what the headers promise, and a process that touches what the file does not have is killed.
void check_whole(std::string_view content) {
  const auto ends_within = [&](std::uint64_t from, std::uint64_t size) {
    return from <= content.size() && size <= content.size() - from;
  };
  ElfW(Ehdr) header;
  bool whole = ends_within(0, sizeof header);
  if (whole) std::memcpy(&header, content.data(), sizeof header);
  for (std::size_t i = 0; whole && i < header.e_phnum; ++i) {
    ElfW(Phdr) part;
    const std::uint64_t at = header.e_phoff + i * sizeof part;
    whole = header.e_phentsize == sizeof part && ends_within(at, sizeof part);
    if (!whole) break;
    std::memcpy(&part, content.data() + at, sizeof part);
    whole = part.p_type != PT_LOAD || ends_within(part.p_offset, part.p_filesz);
  }
  if (!whole) throw Error("it is damaged or was copied in part; copy it anew");
}

std::map<std::string, std::string> read_apis(const std::string& line) {
  std::map<std::string, std::string> apis;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) apis.emplace(word.substr(0, equals), word.substr(equals + 1));
  }
  return apis;
}

}  // namespace

PluginStamp read_plugin_stamp(const fs::path& file) {
  constexpr std::size_t most = 1024 * 1024 * 1024;
  std::error_code error;
  const auto size = fs::file_size(file, error);
  const std::string content = read_file(file, error ? 0 : std::min<std::uintmax_t>(size, most));
  check_machine(content);
  check_whole(content);
  const std::size_t at = content.find(ASHLAR_PLUGIN_MARK);
  if (at == std::string::npos) {
    throw Error(
        "it is no plug-in of an Ashlar application; build it with ashlar_plugin(), or remove it from the folder");
  }
  // It ends like any text in a program.
  std::istringstream lines(content.substr(at, content.find('\0', at) - at));
  PluginStamp stamp;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const std::string value = line.substr(colon + 2);
    if (line.starts_with("module: ")) stamp.module = value;
    if (line.starts_with("framework: ")) stamp.framework = value;
    if (line.starts_with("build: ")) stamp.build = value;
    if (line.starts_with("apis: ")) stamp.apis = read_apis(value);
  }
  return stamp;
}

}  // namespace ashlar::ops
