#include <ashlar/ops/page.hpp>
#include <ashlar/testing/bus.hpp>  // forbidden: ops includes the api of core and store, not of testing
#include <httplib.h>
