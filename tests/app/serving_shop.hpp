#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

// The built shop serving on a free port until this is destroyed.
class ServingShop {
 public:
  // Returns when it serves; throws std::runtime_error where it does not. `more` are arguments.
  explicit ServingShop(const std::filesystem::path& data, const std::vector<std::string>& more = {});
  ~ServingShop();
  ServingShop(const ServingShop&) = delete;
  ServingShop& operator=(const ServingShop&) = delete;

  const std::string& greeting() const { return greeting_; }
  std::uint16_t port() const { return port_; }

  // Its exit code.
  int stop();

  // kill -9.
  void kill();

 private:
  int end(int signal);

  pid_t process_ = 0;
  std::FILE* out_ = nullptr;
  std::string greeting_;
  std::uint16_t port_ = 0;
};
