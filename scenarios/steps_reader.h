// Reads the steps of a scenario: sends, expectations, captures. Part of scenarios/scenario.h.
#pragma once

#include <vector>

#include "base/json_reader.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

std::vector<ScenarioStep> read_steps(const JsonNode& steps, const TenantRegistry& tenants,
                                     Diagnostics& diagnostics);

}  // namespace roomle_sim
