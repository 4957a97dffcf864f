#include "settlement.hpp"

#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

constexpr std::chrono::milliseconds longest_wait{2};

}  // namespace

void Settlement::begin() {
  states_.clear();
  first_tag_ = 1;
  waiting_ = 0;
}

void Settlement::received(std::uint64_t tag) {
  if (tag != first_tag_ + states_.size()) throw line_failure("the broker delivered out of the order of its tags");
  states_.push_back(State::open);
}

bool Settlement::settle(Connection& connection, std::uint64_t tag, bridge::Verdict verdict) {
  if (tag < first_tag_ || tag - first_tag_ >= states_.size()) return false;
  State& state = states_[tag - first_tag_];
  if (state != State::open) return false;
  if (verdict == bridge::Verdict::done) {
    state = State::done;
    if (waiting_++ == 0) due_ = Steady::now() + longest_wait;
    return true;
  }
  state = State::gone;
  const amqp_boolean_t again = verdict == bridge::Verdict::return_ ? 1 : 0;
  connection.send(AMQP_BASIC_REJECT_METHOD, amqp_basic_reject_t{tag, again});
  return true;
}

void Settlement::acknowledge(Connection& connection, Steady::time_point now) {
  if (waiting_ >= batch_ || now >= due()) acknowledge_all(connection);
}

void Settlement::acknowledge_all(Connection& connection) {
  std::uint64_t last_done = 0;
  std::size_t row = 0;
  while (!states_.empty() && states_.front() != State::open) {
    if (states_.front() == State::done) {
      last_done = first_tag_;
      ++row;
    }
    states_.pop_front();
    ++first_tag_;
  }
  if (row > 0) {
    const amqp_boolean_t multiple = row > 1 ? 1 : 0;
    connection.send(AMQP_BASIC_ACK_METHOD, amqp_basic_ack_t{last_done, multiple});
    waiting_ -= row;
  }
  for (std::size_t i = 0; waiting_ > 0 && i < states_.size(); ++i) {
    if (states_[i] != State::done) continue;
    states_[i] = State::gone;
    --waiting_;
    connection.send(AMQP_BASIC_ACK_METHOD, amqp_basic_ack_t{first_tag_ + i, 0});
  }
}

}  // namespace ashlar::rabbitmq
