#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rabbit_server.hpp"

// Looks at a broker from outside, as any other client; does one thing after the other. Throws std::runtime_error with
// the broker's text.
class RabbitClient {
 public:
  RabbitClient(const RabbitControl& broker, const std::string& vhost);
  ~RabbitClient();
  RabbitClient(const RabbitClient&) = delete;
  RabbitClient& operator=(const RabbitClient&) = delete;

  void declare_exchange(const std::string& name, const std::string& type);
  void declare_queue(const std::string& name, const std::map<std::string, std::string>& arguments = {},
                     const std::map<std::string, int>& numbers = {});
  void bind(const std::string& queue, const std::string& exchange, const std::string& key);
  void unbind(const std::string& queue, const std::string& exchange, const std::string& key);
  void delete_exchange(const std::string& name);
  void delete_queue(const std::string& name);
  void publish(const std::string& exchange, const std::string& key, const std::string& body);

  struct Got {
    std::string body;
    std::string message_id;
    bool persistent = false;
  };
  // Takes one out of a queue.
  std::optional<Got> get(const std::string& queue);
  // Waits for one until it is there, for as long as a test may take.
  Got wait_for(const std::string& queue);
  // Of those that nobody has received.
  int count(const std::string& queue);

 private:
  struct State;
  std::unique_ptr<State> state_;
};
