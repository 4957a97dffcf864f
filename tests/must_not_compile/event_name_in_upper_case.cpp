// expect: in the name "user\.CREATED" a segment is not \[a-z\]\[a-z0-9_\]\*
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 1, id)
#else
ASHLAR_EVENT(UserCreated, "user.CREATED", 1, id)
#endif
