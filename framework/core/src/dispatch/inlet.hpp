#pragma once

#include <ashlar/event_inlet.hpp>
#include <string>

namespace ashlar::detail {

class Dispatch;

// The inlet of a host.
class Inlet final : public EventInlet {
 public:
  explicit Inlet(Dispatch& dispatch) : dispatch_(dispatch) {}

  void let_in(Metadata metadata, std::string data, Done done) override;

 private:
  Dispatch& dispatch_;
};

}  // namespace ashlar::detail
