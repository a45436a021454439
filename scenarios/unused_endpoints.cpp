#include "scenarios/unused_endpoints.h"

#include <fmt/format.h>

#include "scenarios/scenario_reader.h"

namespace roomle_sim {

void UnusedEndpoints::note(const Scenario& scenario, const JsonNode& root) {
  for (const auto& [tenant, chosen] : scenario.built_in) named_.insert(chosen.endpoint);
  const JsonNode* endpoints = root.find("endpoints");
  if (endpoints == nullptr) return;
  for (const JsonNode::Member& member : endpoints->members) {
    // One that is included may be there for another scenario.
    if (member.name_where.source != root.where.source) continue;
    described_.emplace(member.name, member.name_where);
  }
}

std::string UnusedEndpoints::warnings() const {
  Diagnostics warnings;
  for (const auto& [name, where] : described_) {
    if (named_.contains(name)) continue;
    warnings.add(where, fmt::format("warning: no tenant's events go to the endpoint '{}'", name),
                 fmt::format(R"(in a tenant: "webhook": {{"endpoint": "{}"}})", name));
  }
  return rendered(warnings);
}

}  // namespace roomle_sim
