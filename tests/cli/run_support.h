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

// What stands behind `mark`; empty where it does not occur.
inline std::string rest_of_line(const std::string& text, const std::string& mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + mark.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace roomle_sim
