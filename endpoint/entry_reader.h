// Reading one entry of a behaviour from JSON.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/json_reader.h"
#include "endpoint/behavior.h"

namespace roomle_sim {

// A status, or an object. `others`: members that belong to somebody else.
BehaviorEntry read_entry(const JsonNode& node, Diagnostics& diagnostics,
                         std::string_view what = "an entry of the sequence",
                         std::initializer_list<std::string_view> others = {});

}  // namespace roomle_sim
