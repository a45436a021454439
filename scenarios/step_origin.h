// By what a step came to stand where it does: a round of a `repeat`, or an included list. Pure.
#pragma once

#include <memory>
#include <string>

namespace roomle_sim {

// Immutable; shared by the steps that came with it, and by the origins within it.
struct StepOrigin {
  std::shared_ptr<const StepOrigin> around;  // null: the scenario's own list of steps
  // "round 2", or "included at main.json:1:123".
  std::string place;
  // Of a round, what it is for: "v = \"b\"". Mistakes of the file do not tell it, since it may
  // have come from the environment; of a difference it is masked. Empty: a number, or too long.
  std::string value;
  bool round = false;
};
using StepOriginPtr = std::shared_ptr<const StepOrigin>;  // null: the scenario's own list

// From the innermost out: "round 2: v = \"b\", included at main.json:1:123". Empty for null.
std::string describe(const StepOriginPtr& origin, bool with_values = true);

}  // namespace roomle_sim
