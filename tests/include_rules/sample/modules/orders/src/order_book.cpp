#include "order_book.hpp"

#include <ashlar/ops/page.hpp>     // forbidden: a module includes the api of core and store, not of ops
#include <ashlar/testing/bus.hpp>  // forbidden: a module includes the api of core and store, not of testing
#include <inventory/stock.hpp>
#include <payments/events.hpp>
#include <search/events.hpp>  // forbidden: modules/orders/CMakeLists.txt does not name search

#include "../../inventory/src/shelf.hpp"  // forbidden: modules/inventory/src is private to its room
#include "shelf.hpp"                      // forbidden: modules/inventory/src is private to its room
