#include <boost/describe/class.hpp>
#include <boost/mp11.hpp>
#include <boost/signals2/signal.hpp>  // forbidden: an api includes the standard library
#include <fmt/format.h>               // forbidden: an api includes the standard library
#include <string>
#include <unistd.h>  // forbidden: an api includes the standard library
