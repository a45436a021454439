#include "scenarios/step_origin.h"

namespace roomle_sim {

std::string describe(const StepOriginPtr& origin, bool with_values) {
  std::string text;
  for (const StepOrigin* one = origin.get(); one != nullptr; one = one->around.get()) {
    if (!text.empty()) text += one->round ? ", in " : ", ";
    text += one->place;
    if (with_values && !one->value.empty()) text += ": " + one->value;
  }
  return text;
}

}  // namespace roomle_sim
