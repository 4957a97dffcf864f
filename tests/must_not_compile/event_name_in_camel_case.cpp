// expect: in the name "userCreated" a segment is not \[a-z\]\[a-z0-9_\]\*: write "user.created", not "userCreated"
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
