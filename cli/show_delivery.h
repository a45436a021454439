// roomle-sim deliveries show ID.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/console.h"

namespace roomle_sim {

struct ShowFlags {
  ClientOptions client;
  std::string id;
  bool token = false;  // with what is encrypted in each token

  void add_to(Command& command);
};

// The exit code.
int show_delivery(Console& console, const ShowFlags& flags);

// The story of one delivery of GET /sim/v1/deliveries/{id}, in lines that are printable. Nothing
// where the object is none of ours.
std::optional<std::vector<std::string>> delivery_story(const nlohmann::ordered_json& delivery,
                                                       const Console& console);

}  // namespace roomle_sim
