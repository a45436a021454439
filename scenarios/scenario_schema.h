// The JSON Schema (draft 2020-12) of a scenario file, for editors: scenarios/scenario_schema.json.
// Tests hold it against the reader, member by member.
#pragma once

#include <string_view>

namespace roomle_sim {

// Lives as long as the program.
std::string_view scenario_schema_text();

}  // namespace roomle_sim
