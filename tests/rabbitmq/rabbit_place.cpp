#include "rabbit_place.hpp"

#include <future>

ashlar::rabbitmq::Options quick_options(const std::string& url) {
  return {.urls = {url},
          .heartbeat = std::chrono::seconds{5},
          .backoff = std::chrono::milliseconds{20},
          .max_backoff = std::chrono::milliseconds{300}};
}

OneBroker::OneBroker(ashlar::rabbitmq::Options options, const ashlar::bridge::Topology& topology, Settle settle) {
  options.log = ashlar::Log(log, "rabbitmq");
  broker = ashlar::rabbitmq::make_broker(std::move(options), topology);
  if (settle == Settle::at_once) {
    heard.on_received = [this](const ashlar::bridge::Incoming& incoming) {
      broker->settle(incoming.receipt, ashlar::bridge::Verdict::done);
    };
  }
  broker->begin(heard);
}

std::string OneBroker::wait_for_error(const std::string& part) {
  const bool came = heard.wait_until([&] { return broker->status().publishing.error.find(part) != std::string::npos; });
  CAPTURE(broker->status().publishing.error);
  REQUIRE(came);
  return broker->status().publishing.error;
}

bool OneBroker::wait_until_connected() {
  using ashlar::bridge::LinkState;
  return heard.wait_until([&] {
    const ashlar::bridge::BrokerStatus status = broker->status();
    return status.publishing.state == LinkState::connected &&
           (status.consuming.state == LinkState::connected || status.consuming.state == LinkState::idle);
  });
}

int OneBroker::lines_with(const std::string& part) const {
  int count = 0;
  for (const ashlar::testing::LogLine& line : log->lines())
    count += line.to_string().find(part) != std::string::npos ? 1 : 0;
  return count;
}

std::string OneBroker::all_lines() const {
  std::string all;
  for (const ashlar::testing::LogLine& line : log->lines()) all += line.to_string() + "\n";
  return all;
}

ashlar::bridge::Sent OneBroker::publish(const ashlar::bridge::Message& message) {
  const auto told = std::make_shared<std::promise<ashlar::bridge::Sent>>();
  broker->publish(message, [told](ashlar::bridge::Sent sent) { told->set_value(std::move(sent)); });
  std::future<ashlar::bridge::Sent> sent = told->get_future();
  REQUIRE(sent.wait_for(std::chrono::seconds{60}) == std::future_status::ready);
  return sent.get();
}

RabbitPlace::RabbitPlace() : broker(shared_rabbit()), vhost(broker.add_vhost()), proxy(broker.port()) {}

std::unique_ptr<ashlar::bridge::Broker> RabbitPlace::make(const ashlar::bridge::Topology& topology) {
  return ashlar::rabbitmq::make_broker(options(), topology);
}

RabbitClient& RabbitPlace::client() {
  if (!client_) client_.emplace(broker, vhost);
  return *client_;
}
