// Keeps secrets out of whatever is shown of a run: the terminal, --json, reports, recordings.
//
// Found by their value, wherever they stand (also as JSON, a URL or the mail's HTML would write
// them):
// - the secrets of the scenario's credentials, the default one included;
// - what came from the environment or from a flag under a name that speaks of a credential;
// - the values of added headers, and of URLs' query fields, whose name speaks of one.
// Headers are also told by their name alone (sender/credential_headers.h), since an endpoint's
// answer has credentials that nobody here knows.
//
// The encrypted token stays: it is what the simulator is about, and gives no secret away. So does
// one of algorithm 03, which is not encrypted: it has the time, "anonymous" and the apiKey in it,
// none of which proves anything. Texts of fewer than 4 bytes are not looked for: they are in
// everything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/credential_names.h"
#include "scenarios/runner.h"
#include "sender/transport.h"

namespace roomle_sim {

// Immutable once made: any number of threads may use one.
class Masking {
 public:
  Masking() = default;
  Masking(const Scenario& scenario, const RunOptions& options);

  void add(std::string_view secret);
  void add_url(std::string_view url);

  [[nodiscard]] std::string text(std::string_view text) const;
  // Where there is something to mask in it, in its order.
  [[nodiscard]] std::vector<Stretch> stretches(std::string_view text) const;
  // All texts in it, but for the names of members.
  [[nodiscard]] nlohmann::ordered_json json(nlohmann::ordered_json value) const;
  // `token`: the event's own, which stays.
  [[nodiscard]] Headers headers(const Headers& headers, std::string_view token) const;
  // What is shown of a result: its differences, its error, its story.
  void apply(ScenarioResult& result) const;

 private:
  std::vector<std::string> secrets_;  // the longest first
};

}  // namespace roomle_sim
