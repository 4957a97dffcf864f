#pragma once

#include <chrono>
#include <thread>

// Waiting for what tells nobody that it has changed: another program, a page, a line of a log. Between two looks; how long is of
// no consequence for what a test finds.
inline void pause_between_looks() { std::this_thread::sleep_for(std::chrono::milliseconds{5}); }

// Load and faults come at a pace; nothing waits for it.
inline void keep_pace(std::chrono::milliseconds pace) { std::this_thread::sleep_for(pace); }
