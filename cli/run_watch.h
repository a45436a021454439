// `run --watch`: again whenever one of the files has changed.
#pragma once

#include <functional>
#include <stop_token>

#include "cli/console.h"
#include "cli/run_flags.h"

namespace roomle_sim {

// Plays all scenarios, waits for a change, and plays them again, until a stop is requested: then
// it gives 130. Mistakes in the files are told, and waited on. Any other end is an error's.
// `after_round` is called whenever a round has ended.
int run_and_watch(Console& console, const RunFlags& flags, const RunPlan& plan,
                  const std::stop_token& stop, const std::function<void()>& after_round);

}  // namespace roomle_sim
