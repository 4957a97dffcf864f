#pragma once

#include <ashlar/host.hpp>
#include <ashlar/store/database.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

// The whole shop, serving on a free port inside the test, with a data directory of its own.
class LiveShop {
 public:
  LiveShop();
  ~LiveShop();
  LiveShop(const LiveShop&) = delete;
  LiveShop& operator=(const LiveShop&) = delete;

  std::uint16_t port() const { return port_; }

  // As `shop import`; false where it refused.
  bool import(const std::filesystem::path& folder);

  // Everything that it keeps, once the log's consumers have nothing to do: every row of every table, and every file of the
  // outbox; of the log its events and dead letters, since how far who has read is no concern of the modules.
  std::string kept();

 private:
  void serve();

  ashlar::testing::TemporaryDirectory folder_;
  std::ostringstream out_;  // the shop's thread alone
  std::ostringstream err_;
  ashlar::ModuleHost* host_ = nullptr;
  std::promise<std::uint16_t> serves_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ashlar::store::Database> database_;
  std::thread thread_;
};
