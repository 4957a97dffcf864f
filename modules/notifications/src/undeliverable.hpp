#pragma once

#include <ashlar/errors.hpp>

namespace notifications {

// A mail that nobody will take, however often it is tried.
class Undeliverable : public ashlar::Error {
 public:
  using Error::Error;
};

}  // namespace notifications
