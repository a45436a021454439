// Tells one event of GET /sim/v1/stream: as lines for people, and as an object for --json.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/console.h"

namespace roomle_sim {

struct StreamLines {
  std::vector<std::string> lines;     // printable
  std::vector<std::string> messages;  // for stderr: what is missing
  nlohmann::ordered_json object;      // null: nothing
};

// Nothing where it is no event of ours. Of a type that is not known yet, its object alone is told:
// a newer service may have more.
std::optional<StreamLines> tell_stream_event(std::string_view type,
                                             const nlohmann::ordered_json& data,
                                             const Console& console);

}  // namespace roomle_sim
