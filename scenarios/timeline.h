// What was known of a scenario's sends at a moment: for expectations about time. Pure.
#pragma once

#include <vector>

#include "base/time.h"
#include "scenarios/observation.h"

namespace roomle_sim {

// What was recorded, received and mailed up to this moment, itself included.
SendFacts facts_until(const SendFacts& facts, TimePoint moment);

// The moments from `from` to `until` at which something changed, in order; both ends included.
std::vector<TimePoint> moments_of(const std::vector<SendFacts>& sends, TimePoint from,
                                  TimePoint until);

}  // namespace roomle_sim
