// One send of a scenario as JSON: a part of scenarios/report_document.h.
#pragma once

#include <nlohmann/json.hpp>

#include "scenarios/masking.h"
#include "scenarios/runner.h"

namespace roomle_sim {

// Texts in it are masked by what their name tells alone; by their values the caller does it.
nlohmann::ordered_json send_document(const SendRecord& send, TimePoint begin, const RunOptions& run,
                                     const Masking& masking);

}  // namespace roomle_sim
