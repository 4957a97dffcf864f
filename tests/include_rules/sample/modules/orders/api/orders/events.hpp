#include <ashlar/event.hpp>
#include <ashlar/format.hpp>       // forbidden: of the framework, a module's api includes ashlar/event.hpp alone
#include <ashlar/store/table.hpp>  // forbidden: of the framework, a module's api includes ashlar/event.hpp alone
#include <fmt/core.h>              // forbidden: an api includes the standard library
#include <inventory/stock.hpp>     // forbidden: a module's api stands alone
#include <optional>
