// Scenarios as texts, for tests.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/diagnostics.h"
#include "scenarios/runner.h"
#include "scenarios/scenario.h"

namespace roomle_sim::test {

inline Result<Scenario> parse(const std::string& text, const std::string& name = "test.json") {
  return parse_scenario(std::make_shared<const SourceText>(SourceText{name, text}));
}

// All of its cases.
inline Result<std::vector<Scenario>> parse_all(const std::string& text,
                                               const LoadOptions& options = {},
                                               const std::string& name = "test.json") {
  return parse_scenarios(std::make_shared<const SourceText>(SourceText{name, text}), options);
}

// A scenario of one tenant: its further members, further members of the file, and the steps.
inline std::string scenario_text(const std::string& steps, const std::string& members = "",
                                 const std::string& tenant = "") {
  return R"({"name": "test", "tenants": [{"id": 42, "name": "acme", "apiKey": "aValidApiKey")" +
         tenant + R"(}],
"credentials": [{"apiKey": "aValidApiKey", "secret": "a-Secr3t_Str1ng!"}],
)" + members +
         "\"steps\": [\n" + steps + "\n]}";
}

inline const std::string kSend =
    R"({"send": "email.savedConfiguration", "data": {"email": "customer@example.com"}})";

// The scenario must be right; it lives as long as the result needs it.
struct Ran {
  std::unique_ptr<const Scenario> scenario;
  ScenarioResult result;
};

inline Ran run(const std::string& text, const RunOptions& options = {},
               const std::stop_token& stop = {}) {
  Result<Scenario> scenario = parse(text);
  if (!scenario) {
    ADD_FAILURE() << scenario.error().message;
    return {};
  }
  Ran ran{std::make_unique<const Scenario>(*std::move(scenario)), {}};
  ran.result = run_scenario(*ran.scenario, options, stop);
  return ran;
}

// Where, what, expected and got of each difference, a line each.
inline std::string differences_of(const ScenarioResult& result) {
  std::string text;
  for (const Difference& one : result.differences) {
    text += describe(one.where) + " " + one.name + ": " + one.expected + " / " + one.actual + "\n";
  }
  return text;
}

}  // namespace roomle_sim::test
