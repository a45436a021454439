// Deliveries as `deliveries list` shows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/console.h"

namespace roomle_sim {

// One delivery of GET /sim/v1/deliveries, in words for people that are printable already.
struct DeliveryRow {
  std::string id;
  std::string tenant;
  std::string event;
  std::string accepted_at;
  std::string outcome;  // empty: open
  std::string story;    // "1 attempt, status 503, ambiguous"
};
// Nothing where the object is none of ours.
std::optional<DeliveryRow> delivery_row(const nlohmann::ordered_json& object);

// Lines with columns under each other, the first one their names.
std::vector<std::string> delivery_table(const std::vector<DeliveryRow>& rows,
                                        const Console& console);

}  // namespace roomle_sim
