#include "rabbit_place.hpp"

namespace {

std::unique_ptr<BrokerPlace> make_place() { return std::make_unique<RabbitPlace>(); }

}  // namespace

BROKER_SUITE("RabbitMQ", make_place)
