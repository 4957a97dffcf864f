#pragma once

#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <ashlar/testing/recorded_log.hpp>
#include <memory>
#include <optional>
#include <string>

#include "broker_suite.hpp"
#include "rabbit_client.hpp"
#include "rabbit_server.hpp"
#include "tcp_proxy.hpp"

// For tests: tries again soon, and notices a line that says nothing.
ashlar::rabbitmq::Options quick_options(const std::string& url);

// A broker with these options, who listens to it, and its log.
class OneBroker {
 public:
  enum class Settle { by_the_test, at_once };

  OneBroker(ashlar::rabbitmq::Options options, const ashlar::bridge::Topology& topology,
            Settle settle = Settle::by_the_test);
  ~OneBroker() { broker->end(std::chrono::milliseconds{0}); }

  // Until publishing's error holds `part`; the last error.
  std::string wait_for_error(const std::string& part);
  bool wait_until_connected();
  int lines_with(const std::string& part) const;
  std::string all_lines() const;
  ashlar::bridge::Sent publish(const ashlar::bridge::Message& message);

  std::shared_ptr<ashlar::testing::RecordedLog> log = std::make_shared<ashlar::testing::RecordedLog>();
  HeardBroker heard;
  std::unique_ptr<ashlar::bridge::Broker> broker;
};

// A virtual host of the shared broker, behind a line that can be broken.
class RabbitPlace final : public BrokerPlace {
 public:
  RabbitPlace();

  std::unique_ptr<ashlar::bridge::Broker> make(const ashlar::bridge::Topology& topology) override;
  void cut() override { proxy.refuse(); }
  void silence() override { proxy.mute_broker(); }
  void restore() override { proxy.pass(); }
  std::string wait_for_dead(const std::string& queue) override { return client().wait_for(queue + ".dead").body; }

  // Connected when it is first asked for.
  RabbitClient& client();
  // By the line.
  std::string url() const { return broker.url(vhost, proxy.port()); }
  ashlar::rabbitmq::Options options() const { return quick_options(url()); }

  const RabbitControl& broker;
  const std::string vhost;
  TcpProxy proxy;

 private:
  std::optional<RabbitClient> client_;
};
