#include <ashlar/ops/page.hpp>
#include <ashlar/store/table.hpp>
#include <orders/events.hpp>

#include "order_book.hpp"  // forbidden: modules/orders/src is private to its room
#include "plan.hpp"        // forbidden: framework/core/src is private to its room
