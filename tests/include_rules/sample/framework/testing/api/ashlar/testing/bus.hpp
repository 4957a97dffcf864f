#include <ashlar/event.hpp>
#include <ashlar/ops/page.hpp>  // forbidden: testing includes the api of core and store and bridge, not of ops
#include <ashlar/store/table.hpp>
