#pragma once

#include <ashlar/store/log_store.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// A LogStore that is wrong in one way, made around one that is right.
struct Mutant {
  std::string wrong;
  std::function<std::unique_ptr<ashlar::store::LogStore>(ashlar::store::LogStore& right)> make;
};

template <class Wrong>
Mutant mutant(std::string wrong) {
  return {std::move(wrong), [](ashlar::store::LogStore& right) { return std::make_unique<Wrong>(right); }};
}

std::vector<Mutant> mutants_of_events();
std::vector<Mutant> mutants_of_deliveries();
std::vector<Mutant> mutants_of_the_rest();
