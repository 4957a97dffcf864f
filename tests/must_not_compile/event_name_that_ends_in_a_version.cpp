// expect: the name "user\.created\.v2" ends in a version: give the version as the third argument instead
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 2, id)
#else
ASHLAR_EVENT(UserCreated, "user.created.v2", 1, id)
#endif
