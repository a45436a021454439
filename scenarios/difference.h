// Compares an expectation with what happened. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "scenarios/expectation.h"

namespace roomle_sim {

// One thing that was not as expected.
struct Difference {
  Location where;  // of the expectation, in the scenario file
  // What was looked at, and in which round of the steps: "received.token.apiKey (request 2)
  // (round 3: v = \"b\")".
  std::string name;
  std::string expected;  // for people
  std::string actual;
  // The send that it is about, by its place among the scenario's; nothing: about all, or none.
  std::optional<std::size_t> send = std::nullopt;
};

struct Comparison {
  std::vector<Difference> differences;
  int not_checked = 0;  // expectations that only the built-in endpoint could have judged
};

// `observation` is observe()'s, with observe_total()'s as its member `total`. `external`: the POSTs
// went to an endpoint that is not ours, so that what it received is unknown.
Comparison compare(const Expectation& expectation, const nlohmann::json& observation,
                   bool external);

}  // namespace roomle_sim
