// page: A member of an event that is not described
#include <ashlar/event.hpp>
#include <optional>
#include <string>
#include <vector>

struct UserCreated {
  std::string id;
  std::vector<std::string> groups;
  std::optional<int> age;
};
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user.created", 1, id, groups, age)
#else
ASHLAR_EVENT(UserCreated, "user.created", 1, id, groups)
#endif
