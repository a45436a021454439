// Reads the steps of a scenario: sends, expectations, captures. Part of scenarios/scenario.h.
#pragma once

#include <vector>

#include "base/json_reader.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

// `origins`: of the steps, one each. A name that a send has in a round or in an included list is
// its own there: `of` finds the nearest, and from outside one that is the only one of its name.
std::vector<ScenarioStep> read_steps(const JsonNode& steps,
                                     const std::vector<StepOriginPtr>& origins,
                                     const TenantRegistry& tenants, Diagnostics& diagnostics);

}  // namespace roomle_sim
