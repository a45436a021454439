// Where a scenario's tenants get their events: the built-in endpoint, one of several, a URL, or
// nowhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/json_reader.h"

namespace roomle_sim {

// The built-in endpoint of a scenario that has no name; "endpoint" describes it.
inline constexpr std::string_view kDefaultEndpoint = "default";

// One of the scenario's built-in endpoints, and the path of it that a tenant's events go to.
struct EndpointPath {
  std::string endpoint;
  std::string path = "/";
  Location where;
};

// By the tenants' ids: those whose events go to a built-in endpoint, since they have no `webhook`
// (the default one) or one written {"endpoint": NAME, "path": "/PATH"}. Takes these members, and
// those that say none (null, ""), out of the tree, because the reader of tenants knows neither.
std::map<std::int64_t, EndpointPath> take_webhooks(JsonNode& root, Diagnostics& diagnostics);

}  // namespace roomle_sim
