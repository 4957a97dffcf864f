#pragma once

#include <cstddef>
#include <random>
#include <string>

// Spoils texts, the same in every run: cuts them off, turns bits, takes pieces away or doubles them, and puts in what
// readers do not like: wrong types, huge numbers, deep nesting, bytes that are not UTF-8, quotes and ends of lines.
class Mutation {
 public:
  explicit Mutation(unsigned seed) : random_(seed) {}

  std::string of(std::string text);

  // From 0 to `below` - 1.
  std::size_t number(std::size_t below);

 private:
  std::string once(std::string text);

  std::mt19937 random_;
};
