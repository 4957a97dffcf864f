#include <ashlar/format.hpp>
#include <ashlar/store/table.hpp>
#include <sqlite3.h>

#include "orders/events.hpp"
