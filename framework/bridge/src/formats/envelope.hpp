#pragma once

#include <ashlar/bridge/wire_format.hpp>

#include "formats/fields.hpp"
#include "formats/metadata.hpp"

namespace ashlar::bridge {

// The formats whose body says everything.
enum class Envelope { domain_event, aggregate, cloud_event };

// `fields` are the members of the body. What the body does not say is taken from the properties and headers.
WireEvent read_envelope(Envelope envelope, const Fields& fields, const OutsideOfBody& outside, WireFormat asked_for,
                        Time received);

// A body that is nothing but data; `fields` are its members, and empty where it is no object.
WireEvent read_bare(std::string_view data, const Fields& fields, const OutsideOfBody& outside, Time received);

}  // namespace ashlar::bridge
