// One round of scenarios: played, told, and written into reports.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/console.h"
#include "cli/run_flags.h"

namespace roomle_sim {

// Asked once all scenarios have ended: what became of the endpoint under test that the run has
// started, where it did not last: "'node' exited with status 1 during the run". It is told already.
using CommandEnd = std::function<std::optional<std::string>()>;

// Prints a line for each scenario as it ends, and the summary. Gives the exit code that the results
// call for. An error, which is left to the caller to tell: recordings that cannot be used, before
// anything is played (bad_input, unavailable); a report or a recording that could not be written.
Result<int> play_round(Console& console, const std::vector<Scenario>& scenarios,
                       const RunPlan& plan, const std::stop_token& stop,
                       const CommandEnd& command_end);

}  // namespace roomle_sim
