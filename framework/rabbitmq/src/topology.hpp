#pragma once

#include <ashlar/bridge/topology.hpp>

#include "connection.hpp"

namespace ashlar::rabbitmq {

// Throws Error for what cannot be the topology of any broker.
void check(const bridge::Topology& topology);

// Makes what is missing, or only looks whether it is there; the channel is open afterwards. A mismatch, and what is
// missing where it may only be looked for, throws Failure that says what was wanted and what the broker has. Bindings
// cannot be looked for with AMQP, so `verify` leaves them out, as it does the type of an exchange and the arguments of
// a queue. `other`: frames that come meanwhile.
void declare(Connection& connection, const bridge::Topology& topology,
             const std::function<void(const amqp_frame_t&)>& other = {});

}  // namespace ashlar::rabbitmq
