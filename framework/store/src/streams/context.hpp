#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/log.hpp>
#include <ashlar/store/log_store.hpp>

#include "bell.hpp"

namespace ashlar::store {

// What all threads of a host's streams share; outlives them.
struct StreamContext {
  LogStore& store;
  Clock& clock;
  Log log;
  Bell& bell;
  Owner owner;
};

}  // namespace ashlar::store
