#include "link.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <ashlar/errors.hpp>
#include <exception>
#include <utility>

#include "topology.hpp"

namespace ashlar::rabbitmq {
namespace {

using bridge::LinkState;
using std::chrono::milliseconds;

// A connection that was up for so long is no longer one of a row of failures.
constexpr std::chrono::seconds stable{5};
// The same complaint is written again after so long.
constexpr std::chrono::minutes quiet{1};
constexpr milliseconds closing{500};
// Before what is to be written gets a turn.
constexpr int frames_at_once = 500;

}  // namespace

Link::Link(const Settings& settings, std::string what, Duty& duty, std::function<void()> changed)
    : settings_(settings),
      what_(std::move(what)),
      duty_(duty),
      changed_(std::move(changed)),
      backoff_(settings.options.backoff, settings.options.max_backoff) {}

Link::~Link() {
  stop(Steady::now());
  join();
}

void Link::begin() {
  thread_ = std::thread([this] { run(); });
}

void Link::stop(Steady::time_point deadline) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = deadline;
  }
  interrupt_.stop();
}

void Link::join() {
  if (thread_.joinable()) thread_.join();
}

bridge::LinkStatus Link::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void Link::set(LinkState state, const std::string& error) {
  {
    const std::lock_guard lock(mutex_);
    status_.state = state;
    status_.error = error;
    if (state == LinkState::connected && !up_) ++status_.connects;
  }
  if (state != LinkState::connecting) changed_();
}

void Link::run() {
  while (!interrupt_.stopping()) {
    const Endpoint& endpoint = settings_.endpoints[tried_ % settings_.endpoints.size()];
    {
      const std::lock_guard lock(mutex_);
      status_.host = endpoint.place();
      status_.state = LinkState::connecting;  // the error of the last try stays until one succeeds
    }
    try {
      Connection connection(endpoint, settings_.options, settings_.options.connection_name + " " + what_, interrupt_);
      connection.open_channel();
      declare(connection, settings_.topology);
      come_up(connection, endpoint);
      serve(connection);
    } catch (const Stopped&) {
      break;
    } catch (const Failure& failure) {
      lost(failure, endpoint);
    } catch (const std::exception& error) {
      lost(line_failure(error.what()), endpoint);
    }
  }
  set(LinkState::closed, "");
  duty_.gone("the bridge is ending");
}

void Link::come_up(Connection& connection, const Endpoint& endpoint) {
  duty_.set_up(connection);
  blocked_ = false;
  set(LinkState::connected, "");
  up_ = true;
  up_since_ = Steady::now();
  complaint_.clear();
  settings_.log.info("connected to RabbitMQ", {{"for", what_}, {"host", endpoint.place()}, {"vhost", endpoint.vhost}});
}

void Link::serve(Connection& connection) {
  for (;;) {
    const amqp_frame_t* frame = nullptr;
    for (int i = 0; i < frames_at_once; ++i) {
      frame = connection.next();
      if (frame == nullptr) break;
      duty_.handle(connection, *frame);
    }
    look_at_block(connection);
    duty_.work(connection);
    connection.flush();
    if (interrupt_.stopping()) {
      Steady::time_point deadline;
      {
        const std::lock_guard lock(mutex_);
        deadline = deadline_;
      }
      const auto now = Steady::now();
      const bool finished = duty_.finished() && !connection.wants_to_write();
      if (finished || now >= deadline) {
        connection.close(finished ? now + closing : now);
        return;
      }
    }
    if (frame == nullptr) sleep(connection);
  }
}

void Link::sleep(Connection& connection) {
  Steady::time_point until = connection.next_flush();
  if (interrupt_.stopping()) {
    const std::lock_guard lock(mutex_);
    until = std::min(until, deadline_);
  }
  if (!duty_.lie_down(until)) return;
  interrupt_.wait(connection.fd(), connection.wants_to_write() ? POLLIN | POLLOUT : POLLIN, until);
  duty_.get_up();
}

void Link::look_at_block(const Connection& connection) {
  const bool is = !connection.blocked().empty();
  if (std::exchange(blocked_, is) == is) return;
  if (is) {
    const std::string why = "the broker takes no messages for now: " + connection.blocked();
    settings_.log.warning("blocked by RabbitMQ", {{"for", what_}, {"reason", connection.blocked()}});
    set(LinkState::blocked, why);
  } else {
    settings_.log.info("no longer blocked by RabbitMQ", {{"for", what_}});
    set(LinkState::connected, "");
  }
}

void Link::lost(const Failure& failure, const Endpoint& endpoint) {
  const std::string text = fmt::format("{}: {}", endpoint.place(), failure.what());
  const auto now = Steady::now();
  const bool was_up = std::exchange(up_, false);
  if (was_up && now - up_since_ >= stable) {
    backoff_.reset();
    tried_ = 0;
    hopeless_ = true;
  }
  ++tried_;
  hopeless_ = hopeless_ && failure.kind() == Failure::Kind::settings;
  const bool round_is_over = was_up || tried_ % settings_.endpoints.size() == 0;
  milliseconds pause{0};
  if (round_is_over) {
    pause = hopeless_ ? backoff_.longest() : backoff_.next();
    hopeless_ = true;
  }
  if (interrupt_.stopping()) return;
  complain(text, endpoint, pause);
  // The listener first, so that nobody publishes more of what would be lost too.
  set(LinkState::waiting, text);
  duty_.gone(text);
  wait(pause);
}

void Link::complain(const std::string& text, const Endpoint& endpoint, milliseconds pause) {
  const auto now = Steady::now();
  if (text == complaint_ && now - complained_at_ < quiet) return;
  complaint_ = text;
  complained_at_ = now;
  settings_.log.warning(
      "not connected to RabbitMQ",
      {{"for", what_}, {"host", endpoint.place()}, {"reason", text}, {"next_try_in_ms", pause.count()}});
}

void Link::wait(milliseconds pause) {
  const auto until = Steady::now() + pause;
  while (!interrupt_.stopping() && Steady::now() < until) interrupt_.wait(-1, 0, until);
}

}  // namespace ashlar::rabbitmq
