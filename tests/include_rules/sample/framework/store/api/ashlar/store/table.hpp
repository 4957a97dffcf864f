#include <ashlar/event.hpp>
#include <sqlite3.h>  // forbidden: an api includes the standard library
