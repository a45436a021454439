// A scenario file, read and checked. The format is told in docs/scenarios.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "endpoint/behavior.h"
#include "scenarios/captures.h"
#include "scenarios/expectation.h"
#include "scenarios/step_origin.h"
#include "scenarios/variables.h"
#include "scenarios/webhooks.h"
#include "sender/event.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct SendStep {
  Location where;
  StepOriginPtr origin;
  std::string name;  // of "as"; may be empty
  std::int64_t tenant_id = 0;
  Event event;
  std::optional<Duration> at;  // since the scenario's begin; nothing: when it is its turn
  // The data as the file has it, where some of it is known only when the step's turn comes. `event`
  // has the vendor's example there.
  std::optional<JsonNode> deferred_data;
};

// Notes values of a delivery once it has ended, for later steps.
struct CaptureStep {
  Location where;
  StepOriginPtr origin;
  std::size_t send = 0;  // its position among the scenario's sends
  std::vector<Capture> captures;
  std::optional<Duration> at;
};

using ScenarioStep = std::variant<SendStep, Expectation, CaptureStep>;

// Immutable once read; any number of threads may run it at once.
struct Scenario {
  std::string path;       // of its file
  Location where;         // of its first character
  std::string name;       // with its secrets masked, and of a case what tells it from the others
  std::size_t cases = 1;  // that its file has
  std::string description;
  std::vector<std::string> tags;
  // As the file has it. Tenants whose `webhook` is absent, or names an endpoint, are in `built_in`:
  // they get that endpoint's URL when it runs. One written null or "" has none, and gets no POST.
  TenantRegistry registry;
  std::map<std::int64_t, EndpointPath> built_in;
  std::optional<Behavior> endpoint;  // the default one; nothing: every POST is answered with 200
  std::map<std::string, Behavior> endpoints;  // those with a name
  std::optional<std::uint64_t> seed;
  Duration timeout = std::chrono::seconds(30);  // for the whole scenario, in real time
  std::vector<ScenarioStep> steps;
  std::string warnings;              // rendered like mistakes, for the user to see; mostly empty
  std::set<std::string> given_used;  // those of LoadOptions::variables that it refers to
  std::set<std::string> own_used;  // the others that it refers to: of its file, its case, its steps
  std::set<std::string> included;  // the files that it takes in, of tenants too
  // What it refers to under a name that speaks of a credential: to be shown nowhere.
  std::vector<Secret> secrets;
};

struct LoadOptions {
  std::vector<GivenVariable> variables;  // a later one of the same name counts
  std::optional<std::uint64_t> seed;     // of the generators, instead of the scenario's `seed`
  SecretSources sources = SecretSources::system();
  // Where to note each file that is read, or looked for and not found; null: nowhere.
  std::set<std::string>* files = nullptr;
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
