// What the tests of `run` play.
#pragma once

#include <string>

namespace roomle_sim {

// A scenario of one event, whose outcome is expected to be `outcome`. `members`: more of its own,
// each with a comma behind it.
inline std::string scenario(const std::string& outcome, const std::string& members = "") {
  return R"({ "name": "a saved draft", )" + members + R"(
  "tenants": [ { "id": 42, "name": "acme" } ],
  "steps": [
    { "send": "email.savedConfiguration" },
    { "expect": { "outcome": ")" +
         outcome + "\" } } ] }";
}

}  // namespace roomle_sim
