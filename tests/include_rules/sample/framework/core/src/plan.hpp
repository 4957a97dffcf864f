#include <ashlar/event.hpp>
#include <boost/signals2/signal.hpp>
