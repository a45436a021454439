// How a thread that posts is scheduled.
#pragma once

namespace roomle_sim {

// Lets the calling thread never cut another one short when it is woken (SCHED_BATCH, see sched(7)).
// Workers mostly wait for answers: that each answer at once interrupts the endpoint which is about
// to give the next ones costs a tenth of the POSTs a second (bench/README.md). It still gets its
// fair share of the processor. Where the system refuses, the thread stays as it is.
void settle_as_worker();

}  // namespace roomle_sim
