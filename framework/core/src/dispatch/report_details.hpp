#pragma once

#include <ashlar/publish_report.hpp>
#include <memory>
#include <vector>

namespace ashlar {

// What few reports have.
struct PublishReport::Details {
  std::vector<HandlerFailure> failures;
  std::unique_ptr<PublishReport> converted;  // of the later version that an upcaster made
};

}  // namespace ashlar
