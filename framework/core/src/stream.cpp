#include <ashlar/stream.hpp>

#include <ashlar/errors.hpp>

namespace ashlar {

void Delivery::ack(UnitOfWork& unit) {
  if (settler_.ack(number_, &unit) == Settled::late) {
    throw Error("the delivery of event " + event_.metadata.id.to_string() +
                " was acked too late: it is on its way again, so this transaction must not be committed");
  }
  settled_ = true;
  awaits_commit_ = true;
  done_ = true;
}

}  // namespace ashlar
