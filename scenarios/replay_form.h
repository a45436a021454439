// The form in which traffic is recorded: what is the same in each run of the same scenario against
// the same endpoint. Pure.
//
// Ids of deliveries, tokens, built-in endpoints, ports of this machine, times, the boundaries and
// ids of mails are replaced by words in brackets. How long something took is left out; how long a
// retry is waited for is there, since it follows from the policy and the seed.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "scenarios/runner.h"

namespace roomle_sim {

nlohmann::ordered_json replay_form(const ScenarioResult& result, const RunOptions& run);

// One value that is not as it was recorded.
struct ReplayDifference {
  std::string name;  // "sends[0].attempts[1].response.status"
  std::string recorded;
  std::string now;
  std::size_t send = 0;  // its position; of one that is not there now, past the last
};
std::vector<ReplayDifference> compare_replay(const nlohmann::ordered_json& recorded,
                                             const nlohmann::ordered_json& now);

}  // namespace roomle_sim
