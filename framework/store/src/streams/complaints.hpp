#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/log.hpp>
#include <map>
#include <string>
#include <string_view>

namespace ashlar::store {

// Warnings about a store that does not do what is asked of it: each text once a minute, with how often it was left out since.
// One thread at a time.
class Complaints {
 public:
  Complaints(const Clock& clock, Log log, std::string about)
      : clock_(clock), log_(std::move(log)), about_(std::move(about)) {}

  void say(std::string_view text, std::string_view problem);

 private:
  struct Said {
    Clock::Steady at{};
    int left_out = 0;
  };

  const Clock& clock_;
  Log log_;
  std::string about_;
  std::map<std::string, Said, std::less<>> said_;
};

}  // namespace ashlar::store
