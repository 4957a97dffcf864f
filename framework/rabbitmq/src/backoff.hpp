#pragma once

#include <chrono>
#include <random>

namespace ashlar::rabbitmq {

// How long to wait before the next try: up to twice as long each time, and never the same, so that many applications do
// not come back to a broker at once. One thread.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most) : first_(first), most_(most) {}

  void reset() { tries_ = 0; }
  std::chrono::milliseconds next();
  // Where trying again does not help by itself.
  std::chrono::milliseconds longest();

 private:
  std::chrono::milliseconds part(double least, std::chrono::milliseconds whole);

  const std::chrono::milliseconds first_;
  const std::chrono::milliseconds most_;
  int tries_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace ashlar::rabbitmq
