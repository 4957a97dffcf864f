#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

// What the orders of a data set brought, summed straight from its CSV files, in ten-thousandths: the figures that the
// shop has to arrive at, without a line of the shop's code.
struct Books {
  std::int64_t total = 0;
  std::map<std::string, std::int64_t> by_customer;
  std::map<std::string, std::int64_t> by_item;
  std::map<std::string, std::int64_t> by_month;
};

Books sum_up(const std::filesystem::path& folder);

// {"1996-07":"27861.8950",…}, as the shop prints it.
std::string as_json(const std::map<std::string, std::int64_t>& figures);
