// page: An event's name in camel case
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 1, id)
#else
ASHLAR_EVENT(UserCreated, "userCreated", 1, id)
#endif
