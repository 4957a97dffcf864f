#pragma once

#include <ashlar/application.hpp>
#include <ashlar/host.hpp>
#include <ashlar/log.hpp>
#include <functional>
#include <iosfwd>
#include <string>

#include "application/sections.hpp"
#include "http/route_table.hpp"

namespace ashlar::ops {

// Routes of every application: /health/live, /health/ready, /describe, and /streams, whose JSON `streams` gives; empty where
// there is no durable log.
void add_own_routes(RouteTable& routes, ModuleHost& host, std::function<std::string()> streams);

// Called when something outlasts the deadline of a stop. Where it returns, what is destroyed next waits without limit.
using AtDeadline = std::function<void()>;

// Starts the host, opens the port, and runs until a signal says stop. True when everything stopped in order; otherwise
// `err` says what did not. Throws what the start throws, the host stopped in order.
bool serve(const Application& application, ModuleHost& host, const RouteTable& routes, const Sections& sections,
           const Log& log, std::ostream& out, std::ostream& err, const AtDeadline& at_deadline);

// Stops the host; the same for what it returns.
bool stop(ModuleHost& host, std::ostream& err, const AtDeadline& at_deadline);

}  // namespace ashlar::ops
