// expect: the name "created" needs two to six segments joined by dots, like "orders\.order\.placed"
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
