// page: An event's version in its name
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
