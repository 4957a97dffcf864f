#pragma once

#include <ashlar/bridge/wire_format.hpp>

#include "formats/fields.hpp"

namespace ashlar::bridge {

// The formats whose body says everything.
enum class Envelope { domain_event, aggregate, cloud_event };

struct EnvelopeSource {
  const Message& message;
  const ReadOptions& options;
  Time received;
};

// `fields` are the members of the body. What the body does not say is taken from the properties and headers.
WireEvent read_envelope(Envelope envelope, const Fields& fields, const EnvelopeSource& source);

// A body that is nothing but data; `fields` are its members, and empty where it is no object.
WireEvent read_bare(std::string_view data, const Fields& fields, const EnvelopeSource& source);

}  // namespace ashlar::bridge
