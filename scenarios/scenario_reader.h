// Reads the plain scenario that scenarios/expansion.h makes. Part of scenarios/scenario.h.
#pragma once

#include <string>

#include "base/json_reader.h"
#include "scenarios/expansion.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

// As good as it can be where there are mistakes. `complete`: else members are missing, for a
// mistake that was told already, and so nothing is told of what may stand in those.
Scenario read_scenario(const Expansion& expansion, bool complete, Diagnostics& diagnostics,
                       const SecretSources& sources);

// What is right, and still not what anybody would want; rendered, mostly empty.
std::string find_warnings(const Scenario& scenario, const JsonNode& root);

// All mistakes, without a trailing newline.
std::string rendered(const Diagnostics& diagnostics);

}  // namespace roomle_sim
