// The results as TAP, version 13 (https://testanything.org/tap-version-13-specification.html).
//
// A test point for each scenario, with a YAML block: where it is, how long it took, its seed, and
// where it failed all its differences, what happened, and how to run it again. One that was
// interrupted, and those that --fail-fast left out, are skipped. The plan is of all scenarios; a
// run that was interrupted ends in "Bail out!", with none of those that were not begun.
#pragma once

#include <string>

#include "scenarios/suite.h"

namespace roomle_sim {

std::string tap_text(const SuiteResult& suite);

}  // namespace roomle_sim
