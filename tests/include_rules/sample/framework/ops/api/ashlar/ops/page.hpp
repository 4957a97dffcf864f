#include <ashlar/event.hpp>
#include <ashlar/store/table.hpp>
