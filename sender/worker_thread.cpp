#include "sender/worker_thread.h"

#include <sched.h>

namespace roomle_sim {

void settle_as_worker() {
  const sched_param parameters{};  // of batch threads the priority is always 0
  [[maybe_unused]] const int refused = sched_setscheduler(0, SCHED_BATCH, &parameters);
}

}  // namespace roomle_sim
