// page: An event with a constructor
#include <ashlar/event.hpp>
#include <string>
#include <utility>

struct UserCreated {
#ifndef CORRECT
  explicit UserCreated(std::string its_id) : id(std::move(its_id)) {}
#endif
  std::string id;
  int forgotten = 0;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 1, id, forgotten)
#else
ASHLAR_EVENT(UserCreated, "user.created", 1, id)
#endif
