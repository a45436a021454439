// Reads the plain scenario that scenarios/expansion.h makes. Part of scenarios/scenario.h.
#pragma once

#include <vector>

#include "base/json_reader.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

// As good as it can be where there are mistakes. `origins`: of its steps, one each.
Scenario read_scenario(JsonNode root, const std::vector<StepOriginPtr>& origins,
                       Diagnostics& diagnostics, const SecretSources& sources);

// What is right, and still not what anybody would want; rendered, mostly empty.
std::string find_warnings(const Scenario& scenario, const JsonNode& root);

// All mistakes, without a trailing newline.
std::string rendered(const Diagnostics& diagnostics);

}  // namespace roomle_sim
