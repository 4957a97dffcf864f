// expect: the version of "user\.created" is below 1: versions count from 1
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 3 - 2, id)
#else
ASHLAR_EVENT(UserCreated, "user.created", 2 - 3, id)
#endif
