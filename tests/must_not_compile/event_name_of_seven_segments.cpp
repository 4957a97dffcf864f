// expect: the name "a\.b\.c\.d\.e\.f\.g" needs two to six segments
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "a.b.c.d.e.f", 1, id)
#else
ASHLAR_EVENT(UserCreated, "a.b.c.d.e.f.g", 1, id)
#endif
