// One round of scenarios: played, told, and written into reports.
#pragma once

#include <stop_token>
#include <vector>

#include "cli/console.h"
#include "cli/run_flags.h"

namespace roomle_sim {

// Prints a line for each scenario as it ends, and the summary. Gives the exit code, which is that
// of what could not be written, or else of the results.
int play_round(Console& console, const std::vector<Scenario>& scenarios, const RunPlan& plan,
               const std::stop_token& stop);

}  // namespace roomle_sim
