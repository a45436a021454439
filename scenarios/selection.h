// Which of the loaded scenarios run, and what is to be said about the flags that chose them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "scenarios/filter.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

struct Selection {
  std::vector<Scenario> scenarios;
  std::vector<std::string> warnings;  // a tag that no scenario has, with a "did you mean"
};

// Those for which all filters hold. usage: there are none, which is surely not meant.
Result<Selection> select_scenarios(std::vector<Scenario> scenarios,
                                   const std::vector<Filter>& filters);

// A sentence for each of the variables that no scenario takes from outside: probably a slip of the
// fingers, or a case's own value that counts before it.
std::vector<std::string> unused_variables(const std::vector<Scenario>& scenarios,
                                          const std::vector<GivenVariable>& given);

}  // namespace roomle_sim
