#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "bell.hpp"

namespace ashlar::store {

// Who waits for which events, so that the bell rings only for those who want what was appended. Any thread.
class Audience {
 public:
  explicit Audience(std::shared_ptr<Bell> bell) : bell_(std::move(bell)) {}

  // `number` is a sleeper's of the bell; `events` are references and patterns.
  void add(std::size_t number, std::vector<std::string> events);
  void remove(std::size_t number);

  // As LogStore::Wake says.
  void ring(std::span<const std::string> events);

 private:
  std::shared_ptr<Bell> bell_;
  std::mutex mutex_;
  std::map<std::size_t, std::vector<std::string>> wanted_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> who_wants_;  // by event; filled when one first comes
};

}  // namespace ashlar::store
