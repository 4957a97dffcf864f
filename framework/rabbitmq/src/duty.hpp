#pragma once

#include <string>

#include "connection.hpp"

namespace ashlar::rabbitmq {

// What a link's thread does with its connection: publishing, or consuming. All of it is called on that thread.
class Duty {
 public:
  // A connection is there, its channel is open and the topology declared.
  virtual void set_up(Connection& connection) = 0;
  virtual void handle(Connection& connection, const amqp_frame_t& frame) = 0;
  // Writes what is to be written, without waiting.
  virtual void work(Connection& connection) = 0;
  // The thread is about to sleep. False: there is something to do. Else what comes now wakes it, and it sleeps until
  // `until` at most, which is made earlier where something is due.
  virtual bool lie_down(Steady::time_point& until) = 0;
  virtual void get_up() = 0;
  // While the link ends: nothing is waited for any more.
  virtual bool finished() const = 0;
  // The connection is gone, or will not come up again.
  virtual void gone(const std::string& reason) = 0;

 protected:
  ~Duty() = default;
};

}  // namespace ashlar::rabbitmq
