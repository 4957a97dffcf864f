#pragma once

#include <ashlar/store/store.hpp>
#include <filesystem>
#include <memory>

#include "connection.hpp"

namespace ashlar::store {

class Store::State {
 public:
  State(std::filesystem::path its_file, StoreOptions its_options)
      : file(std::move(its_file)), options(std::move(its_options)) {}

  std::shared_ptr<Connection> connect() const {
    return std::make_shared<Connection>(file.string(), file.filename().string(), options.synchronous, gate);
  }

  const std::filesystem::path file;
  const StoreOptions options;
  const std::shared_ptr<Gate> gate = std::make_shared<Gate>();
};

}  // namespace ashlar::store
