#pragma once

#include <map>
#include <string>

#include "revenue.hpp"

namespace analytics {

using Revenues = std::map<std::string, TenThousandths>;

// One JSON object, from name to decimal: {"1997-05": "53781.2900", …}.
std::string report_json(const Revenues& revenues);

// A line for each name, decimal points below each other.
std::string report_text(const Revenues& revenues);

}  // namespace analytics
