#include <orders/events.hpp>
#include <payments/events.hpp>
