// Shows what became of scenarios: as lines for people, and as objects for --json.
#pragma once

#include "cli/console.h"
#include "scenarios/suite.h"

namespace roomle_sim {

// One scenario's line, with its differences below where it failed, and its story where `story` asks
// for it or it failed, then also how to run it again. Its texts are masked already. Under --json:
// {"type":"scenario",…}.
void show_result(Console& console, const ScenarioResult& result, const RunOptions& run, bool story);

// The closing line, or {"type":"summary",…}.
void show_summary(Console& console, const SuiteResult& suite, const SuiteOptions& options);

}  // namespace roomle_sim
