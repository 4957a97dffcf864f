#pragma once

#include <ashlar/stream.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace ashlar::ops {

// What holds a secret by its name is masked everywhere here.

// `tower.bell.rang@1`
std::string event_name(const Metadata& metadata);

// The data on one line; also of what is no JSON.
std::string data_text(std::string_view data);

// One `label  value` a line for what is there, then the data.
std::string event_text(const StoredEvent& event);

nlohmann::ordered_json event_json(const StoredEvent& event);

// A line of such a listing.
std::string labelled(std::string_view label, std::string_view value);

// `json` as a command prints it.
std::string dumped(const nlohmann::ordered_json& json);

}  // namespace ashlar::ops
