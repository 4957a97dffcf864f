#pragma once

#include <filesystem>

#include "delivery.hpp"

namespace notifications {

// Writes each mail to a file of its own, `<mail id>.eml`, which appears whole or not at all and survives a crash.
// Only the owner can read it: mails hold tokens. A mail whose file is there already is not written again.
class OutboxFolder final : public Delivery {
 public:
  // Makes the folder if it is not there. Throws ashlar::Error when that fails.
  explicit OutboxFolder(std::filesystem::path folder);

  void deliver(const Mail& mail) override;
  std::string health() override;

 private:
  std::filesystem::path folder_;
};

}  // namespace notifications
