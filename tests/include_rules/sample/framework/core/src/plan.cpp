#include "plan.hpp"

#include <ashlar/ops/page.hpp>     // forbidden: core includes the api of no other room, not of ops
#include <ashlar/store/table.hpp>  // forbidden: core includes the api of no other room, not of store
#include <fmt/format.h>
#include <httplib.h>          // forbidden: core knows neither disk nor network
#include <orders/events.hpp>  // forbidden: the framework knows no module
#include <sqlite3.h>          // forbidden: core knows neither disk nor network
#include <sys/socket.h>       // forbidden: core knows neither disk nor network
// #include <ashlar/store/table.hpp>
