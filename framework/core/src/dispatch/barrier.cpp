#include "dispatch/barrier.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ashlar::detail {
namespace {

long membarrier(int command) { return ::syscall(SYS_membarrier, command, 0U, 0); }

bool register_membarrier() { return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0; }

}  // namespace

const bool publishers_fence = !register_membarrier();

void heavy_fence() {
  if (!publishers_fence) membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

}  // namespace ashlar::detail
