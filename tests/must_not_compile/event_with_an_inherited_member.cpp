// expect: a member of UserCreated is not described: list every member, in order
#include <ashlar/event.hpp>
#include <string>

struct WithTenant {
  std::string tenant;
};

#ifdef CORRECT
struct UserCreated {
  std::string tenant;
  std::string id;
};
ASHLAR_EVENT(UserCreated, "user.created", 1, tenant, id)
#else
struct UserCreated : WithTenant {
  std::string id;
};
ASHLAR_EVENT(UserCreated, "user.created", 1, id)
#endif
