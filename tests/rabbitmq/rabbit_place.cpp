#include "rabbit_place.hpp"

ashlar::rabbitmq::Options quick_options(const std::string& url) {
  return {.urls = {url},
          .heartbeat = std::chrono::seconds{5},
          .backoff = std::chrono::milliseconds{20},
          .max_backoff = std::chrono::milliseconds{300}};
}

RabbitPlace::RabbitPlace() : broker(shared_rabbit()), vhost(broker.add_vhost()), proxy(broker.port()) {}

std::unique_ptr<ashlar::bridge::Broker> RabbitPlace::make(const ashlar::bridge::Topology& topology) {
  return ashlar::rabbitmq::make_broker(options(), topology);
}

RabbitClient& RabbitPlace::client() {
  if (!client_) client_.emplace(broker, vhost);
  return *client_;
}
