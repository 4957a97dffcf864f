#pragma once

#include <filesystem>
#include <string>
#include <vector>

struct ShopResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// The built shop with a data directory of its own, in memory where the machine has room for it, so that how long its
// disk takes to be sure does not matter.
class ShopProcess {
 public:
  explicit ShopProcess(std::string executable = SHOP_EXECUTABLE);
  ~ShopProcess();
  ShopProcess(const ShopProcess&) = delete;
  ShopProcess& operator=(const ShopProcess&) = delete;

  // Runs it to its end, `--data` given, without configuration from the environment.
  ShopResult run(const std::vector<std::string>& arguments) const;

  std::filesystem::path data() const { return folder_ / "data"; }

  // How many mails are in the outbox.
  std::size_t mails() const;

 private:
  std::string executable_;
  std::filesystem::path folder_;
};
