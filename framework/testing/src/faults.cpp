#include <ashlar/testing/faults.hpp>
#include <stdexcept>
#include <utility>

namespace ashlar::testing {

void Faults::fail(std::string handler, std::string message, int times) {
  add(std::move(handler), times, {.kind = Kind::fail, .message = std::move(message)});
}

void Faults::drop(std::string handler, int times) { add(std::move(handler), times, {.kind = Kind::drop}); }

void Faults::duplicate(std::string handler, int times) { add(std::move(handler), times, {.kind = Kind::duplicate}); }

void Faults::delay(std::string handler, std::chrono::milliseconds by, int times) {
  add(std::move(handler), times, {.kind = Kind::delay, .by = by});
}

void Faults::add(std::string handler, int times, Fault fault) {
  std::lock_guard lock(mutex_);
  auto& faults = faults_[std::move(handler)];
  faults.insert(faults.end(), static_cast<std::size_t>(times), std::move(fault));
}

bool Faults::take(const std::string& handler, Fault& fault) {
  std::lock_guard lock(mutex_);
  const auto found = faults_.find(handler);
  if (found == faults_.end() || found->second.empty()) return false;
  fault = std::move(found->second.front());
  found->second.pop_front();
  return true;
}

std::string_view Faults::name_of(Kind kind) {
  switch (kind) {
    case Kind::fail: return "fail";
    case Kind::drop: return "drop";
    case Kind::duplicate: return "duplicate";
    case Kind::delay: return "delay";
  }
  return "";
}

Expectation Faults::all_happened() const {
  std::lock_guard lock(mutex_);
  std::string left;
  for (const auto& [handler, faults] : faults_) {
    for (const Fault& fault : faults) {
      left += (left.empty() ? "" : ", ") + std::string(name_of(fault.kind)) + " of " + handler;
    }
  }
  return left.empty() ? Expectation::met("every fault has happened")
                      : Expectation::failed("faults that have not happened: " + left);
}

void Faults::around(const HandlerCall& call, const Next& next) {
  const std::string module(call.handler().module);
  Fault fault;
  if (!take(module + "/" + std::string(call.handler().name), fault) && !take(module, fault)) return next();
  switch (fault.kind) {
    case Kind::fail: throw std::runtime_error(fault.message);
    case Kind::drop: return;
    case Kind::duplicate: next(); break;
    case Kind::delay: call.pause(fault.by); break;
  }
  next();
}

}  // namespace ashlar::testing
