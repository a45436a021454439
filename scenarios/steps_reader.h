// Reads the steps of a scenario: sends, expectations, captures. Part of scenarios/scenario.h.
#pragma once

#include <optional>
#include <vector>

#include "base/json_reader.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

// What there is around the steps.
struct StepsContext {
  const std::vector<StepOriginPtr>& origins;  // of the steps, one each
  // From this step on others are missing, which is told: they may have sent what is spoken of.
  std::optional<std::size_t> gap;
  const TenantRegistry& tenants;
  std::vector<std::string_view> endpoints;  // their names; none: nobody knows
};

// A name that a send has in a round or in an included list is its own there: `of` finds the
// nearest, and from outside one that is the only one of its name.
std::vector<ScenarioStep> read_steps(const JsonNode& steps, const StepsContext& context,
                                     Diagnostics& diagnostics);

}  // namespace roomle_sim
