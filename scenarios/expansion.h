// Makes of a scenario as it is written the plain one that the reader reads: references become
// values, `repeat` and `include` become the steps they stand for. What cannot be known before the
// scenario runs (`${delivery.id}`, what a step captures) stays, and is marked as deferred.
//
// Every node keeps the place where it stands, so that a mistake in a value is told where it is
// used.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "scenarios/step_origin.h"
#include "scenarios/variables.h"
#include "tenants/registry.h"

namespace roomle_sim {

// What a reference was replaced by, for whoever wonders about a mistake at its place.
struct Replacement {
  Location where;
  std::string hint;    // "here ${status} is \"503\""; may be empty
  std::string secret;  // a text that is perhaps one, and must not be shown; mostly empty
};

struct Expansion {
  JsonNode root;
  std::vector<StepOriginPtr> origins;  // of the root's steps, one each
  // The first of the steps in front of which others are missing, for a mistake that was told: what
  // they send and capture nobody knows.
  std::optional<std::size_t> gap;
  std::vector<Replacement> replacements;
  std::vector<Location> unresolved;  // nodes that are not what they should be: told already
  std::set<std::string> included;    // files of steps, also such as could not be read
  std::set<std::string> given_used;  // names of variables from outside that were looked at
  std::set<std::string> own_used;    // of those that the file itself gives
  std::set<std::string> secrets;  // values that were looked at, whose name speaks of a credential
};

struct ExpansionOptions {
  const SecretSources* sources = nullptr;  // environment, included files; never null
  std::optional<std::uint64_t> seed;       // of the generators, instead of the scenario's `seed`
  std::uint64_t number = 0;                // of the case: each draws its own customers
  // For a mistake that was told already, not all variables are known: a name may be one of those.
  bool names_missing = false;
};

// `scope` holds the variables around the scenario. Mistakes go to `diagnostics`; the tree is as
// good as it can be then. At most 10 000 steps, a million values and 16 MiB of text come out.
Expansion expand(const JsonNode& root, Scope& scope, const ExpansionOptions& options,
                 Diagnostics& diagnostics);

}  // namespace roomle_sim
