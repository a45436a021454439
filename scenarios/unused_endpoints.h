// Endpoints that a scenario file describes and no tenant's webhook names: probably a slip.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/json_reader.h"
#include "scenarios/scenario.h"

namespace roomle_sim {

// Of all cases of a file together: each may name another endpoint. Threads: none.
class UnusedEndpoints {
 public:
  // `root`: what the scenario was read from.
  void note(const Scenario& scenario, const JsonNode& root);
  // Rendered, mostly empty.
  [[nodiscard]] std::string warnings() const;

 private:
  std::map<std::string, Location> described_;
  std::set<std::string> named_;
};

}  // namespace roomle_sim
