#include <ashlar/ops/page.hpp>  // forbidden: store includes the api of core, not of ops
#include <ashlar/store/table.hpp>
#include <sqlite3.h>

#include "../../core/src/plan.hpp"  // forbidden: framework/core/src is private to its room
#include "no_such_file.hpp"         // forbidden: no such file
#include "plan.hpp"                 // forbidden: framework/core/src is private to its room
