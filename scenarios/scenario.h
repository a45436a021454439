// A scenario file, read and checked. The format is told in docs/scenarios.md.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "endpoint/behavior.h"
#include "scenarios/expectation.h"
#include "scenarios/variables.h"
#include "sender/event.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct SendStep {
  Location where;
  std::string name;  // of "as"; may be empty
  std::int64_t tenant_id = 0;
  Event event;
};

using ScenarioStep = std::variant<SendStep, Expectation>;

// Immutable once read; any number of threads may run it at once.
struct Scenario {
  std::string path;  // of its file
  Location where;    // of its first character
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  // As the file has it. Tenants whose `webhook` member is absent are in `built_in`: they get the
  // built-in endpoint's URL when it runs. One written null or "" has none, and gets no POST.
  TenantRegistry registry;
  std::set<std::int64_t> built_in;
  std::optional<Behavior> endpoint;  // nothing: every POST is answered with 200
  std::optional<std::uint64_t> seed;
  Duration timeout = std::chrono::seconds(30);  // for the whole scenario, in real time
  std::vector<ScenarioStep> steps;
  std::string warnings;              // rendered like mistakes, for the user to see; mostly empty
  std::set<std::string> given_used;  // those of LoadOptions::variables that it refers to
};

struct LoadOptions {
  std::vector<GivenVariable> variables;  // a later one of the same name counts
  std::optional<std::uint64_t> seed;     // of the generators, instead of the scenario's `seed`
  SecretSources sources = SecretSources::system();
};

// The scenarios of a file: one, or one for each of its cases. All mistakes of the file and of those
// that it takes in, rendered, as an Error of bad_input: not JSON, a
// wrong or unknown member, an unknown event or tenant, an expectation before any send, …
Result<std::vector<Scenario>> parse_scenarios(const Source& source,
                                              const LoadOptions& options = {});
Result<std::vector<Scenario>> load_scenario_file(const std::string& path,
                                                 const LoadOptions& options = {});

// The one scenario of a file that has no table of cases; bad_input where there are several.
Result<Scenario> parse_scenario(const Source& source,
                                const SecretSources& sources = SecretSources::system());
Result<Scenario> load_scenario(const std::string& path);

}  // namespace roomle_sim
