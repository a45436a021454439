// A table of cases: one scenario, played once for each row, with the row's values as variables.
//
//   "cases": [ {"name": "down", "status": 503}, {"name": "gone", "status": 410} ]
//   "cases": { "columns": ["name", "status"], "rows": [ ["down", 503], ["gone", 410] ] }
#pragma once

#include <string>
#include <vector>

#include "base/json_reader.h"

namespace roomle_sim {

struct Case {
  Location where;
  // Its member "name"; else its values but for those whose name speaks of a secret: "status=503,
  // outcome=mailed". Where that leaves two alike, or nothing, "case 2" is behind it.
  std::string label;
  JsonNode variables;  // an object
};

// Mistakes: neither form, no rows, more than 10 000 of them, a row of another length than the
// columns, a name that no variable can have, two rows with one label. The labels are made of what
// is written, before any reference in it is filled in.
std::vector<Case> read_cases(const JsonNode& node, Diagnostics& diagnostics);

}  // namespace roomle_sim
