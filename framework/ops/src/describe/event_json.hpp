#pragma once

#include <ashlar/host.hpp>
#include <nlohmann/json.hpp>

namespace ashlar::ops {

nlohmann::ordered_json handler_json(const HandlerDescription& handler);

}  // namespace ashlar::ops
