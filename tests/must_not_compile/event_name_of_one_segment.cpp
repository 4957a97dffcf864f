// page: An event's name of one segment
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 1, id)
#else
ASHLAR_EVENT(UserCreated, "created", 1, id)
#endif
