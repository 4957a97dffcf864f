// page: An event of version 0
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 1, id)
#else
ASHLAR_EVENT(UserCreated, "user.created", 0, id)
#endif
