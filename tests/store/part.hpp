#pragma once

// Some tests do one thing very often. Builds with a sanitizer, which are many times slower and look for other mistakes, do a
// part of it: every n-th, with n as CMake says; all others do all of it.
#ifndef ASHLAR_TEST_EVERY
#define ASHLAR_TEST_EVERY 1
#endif

inline constexpr int every = ASHLAR_TEST_EVERY;
