// The results as TAP, version 14 (https://testanything.org/tap-version-14-specification.html).
//
// A test point for each scenario, with a YAML block: where it is, how long it took, its seed, and
// where it failed all its differences, what happened, and how to run it again. One that was
// interrupted is skipped. Scenarios that were not begun are in no test point; a comment counts
// them.
#pragma once

#include <string>

#include "scenarios/suite.h"

namespace roomle_sim {

std::string tap_text(const SuiteResult& suite);

}  // namespace roomle_sim
