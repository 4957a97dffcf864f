#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ashlar::ops {

struct ConnectionLimits {
  std::size_t head_bytes = 32 * 1024;  // of a request's first line and headers
  std::chrono::milliseconds receive_timeout{30'000};
  std::chrono::milliseconds send_timeout{30'000};
  std::chrono::milliseconds keep_alive_timeout{5'000};
};

class Connections;

// One client: its socket, what was read ahead of it, and the limits of what it may send and how long it may take. Used by
// one thread.
class Connection {
 public:
  enum class State { idle, receiving, answering };
  enum class Trouble { none, ended, timed_out, head_too_large };

  // Owns `socket`, which does not block. `all` outlives it.
  Connection(int socket, const ConnectionLimits& limits, Connections& all);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Waits for the first byte of the next request; false when the client is gone or silent, or the server wants to close.
  bool await_request();

  // The headers have come, their limit is over. Returns the bytes of the first line and the headers, as they came.
  std::string head_received();

  // From here on the request is worked on, and a stop waits for it; `what` names it.
  void answering(std::string what);

  // As recv and send, within the limits; -1 after trouble.
  ssize_t read(char* data, std::size_t size);
  ssize_t write(const char* data, std::size_t size);
  bool readable();

  Trouble trouble() const { return trouble_; }

  // Other clients wait for a thread: the answer should close this one.
  bool crowded() const;

  // Ends it so that the client can read the answer to a request that was not read to its end.
  void close_gently();

 private:
  friend class Connections;
  using Deadline = std::chrono::steady_clock::time_point;

  bool fill(Deadline deadline);
  bool wait(short events, Deadline deadline) const;

  const int socket_;
  const ConnectionLimits& limits_;
  Connections& all_;
  std::string buffer_;
  std::size_t used_ = 0;  // of buffer_
  Deadline deadline_{};
  bool in_head_ = false;
  std::string head_;
  Trouble trouble_ = Trouble::none;

  // Guarded by Connections::mutex_.
  State state_ = State::idle;
  std::chrono::steady_clock::time_point since_{};
  bool served_ = false;
  bool interrupted_ = false;
  std::string answering_;
};

// The connections that are open. Any thread.
class Connections {
 public:
  // Closes the one that has waited longest for its next request, so that a new client is served. A client that has just
  // connected is given a moment to speak.
  void make_room();

  // Closes those on which no request is being answered; the others close when they have answered.
  void close_all();

  // Whether clients wait for a thread; the listener says it.
  void set_crowded(bool crowded) { crowded_ = crowded; }
  bool crowded() const { return crowded_; }

  // What is being answered now: `GET /orders/:id`.
  std::vector<std::string> answering() const;

 private:
  friend class Connection;

  // False when the connection is to close instead.
  bool enter(Connection& connection, Connection::State state, std::string what = {});
  void interrupt(Connection& connection);

  std::atomic<bool> crowded_ = false;
  mutable std::mutex mutex_;
  std::vector<Connection*> open_;
  bool closing_ = false;
};

}  // namespace ashlar::ops
