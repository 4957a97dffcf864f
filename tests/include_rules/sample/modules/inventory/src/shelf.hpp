#include <inventory/stock.hpp>
#include <orders/events.hpp>  // forbidden: modules/inventory/CMakeLists.txt does not name orders
