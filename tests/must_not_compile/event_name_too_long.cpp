// expect: the name .* is longer than 200 characters
#include <ashlar/event.hpp>
#include <string>

struct UserCreated {
  std::string id;
};
#define FIFTY "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
#ifdef CORRECT
ASHLAR_EVENT(UserCreated, "user." FIFTY, 1, id)
#else
ASHLAR_EVENT(UserCreated, "user." FIFTY FIFTY FIFTY FIFTY, 1, id)
#endif
