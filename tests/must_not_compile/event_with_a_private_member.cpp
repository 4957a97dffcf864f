// expect: UserCreated is no plain struct, so its members cannot be counted
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
#ifndef CORRECT

 private:
  int hidden = 0;
#endif
};
ASHLAR_EVENT(UserCreated, "user.created", 1, id)
