#include <ashlar/event.hpp>
