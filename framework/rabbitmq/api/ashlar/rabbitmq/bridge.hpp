#pragma once

#include <ashlar/bridge/bridge_module.hpp>
#include <ashlar/module.hpp>

namespace ashlar::rabbitmq {

// The bridge of the section `rabbitmq:`, over a RabbitMQ broker, for ashlar::Application::bridges or ModuleHost::add().
ModuleFactory bridge();

}  // namespace ashlar::rabbitmq
