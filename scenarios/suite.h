// Many scenarios: found, read, and run side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenarios/file_kind.h"
#include "scenarios/runner.h"

namespace roomle_sim {

struct FoundFiles {
  std::vector<std::string> scenarios;
  struct Other {
    std::string path;
    FileKind kind;
  };
  std::vector<Other> passed_over;  // JSON in a folder that is meant for something else
};

// The scenario files behind the paths of a command line: a file as it stands, a folder's *.json
// with those of its subfolders, sorted by name; names that begin with a dot, and node_modules, are
// not looked at. In a folder, what is clearly no scenario (scenarios/file_kind.h) is passed over. A
// file named twice is there once. bad_input, all of them in one message: a path that does not
// exist, a folder without any.
Result<FoundFiles> find_scenario_files(const std::vector<std::string>& paths);

// Reads all of them; the mistakes of all bad files in one message (bad_input).
Result<std::vector<Scenario>> load_scenarios(const std::vector<std::string>& files,
                                             const LoadOptions& options = {});

struct SuiteOptions {
  RunOptions run;
  // Scenarios under way at once; at least 1. They mostly wait, so that more than the machine's
  // cores is fine; each holds a port and some threads.
  int jobs = 4;
  // They begin in an order drawn from this seed; nothing: in that of `scenarios`.
  std::optional<std::uint64_t> shuffle;
  bool fail_fast = false;  // begin no more after the first that did not pass
  // Completes a result before it is counted and told; it may make a failure of it. From any thread,
  // and several at once.
  std::function<void(ScenarioResult&)> finish;
  // As each one begins; never at once with another call of it or of `on_result`.
  std::function<void(const Scenario&)> on_begin;
};

struct SuiteResult {
  std::vector<ScenarioResult> results;  // of those that ran, in the order of `scenarios`
  int passed = 0;
  int failed = 0;
  int errors = 0;
  int not_run = 0;                         // interrupted, or not begun
  std::vector<const Scenario*> not_begun;  // of the caller's, in their order
  bool interrupted = false;                // a stop left some of them out, or ended them
  // How the endpoint under test ended that the run has started, where it did not last: what passed
  // may then have passed because nobody was there. A sentence; not run_suite()'s to know.
  std::optional<std::string> command_end;
  int not_checked = 0;
  Duration duration{0};
  Duration passed_time{0};  // on the clocks of all of them together
};

// Blocks until all are done, or a stop was requested. `on_result` is called as each one ends, one
// at a time, from any thread.
SuiteResult run_suite(const std::vector<Scenario>& scenarios, const SuiteOptions& options,
                      const std::stop_token& stop,
                      const std::function<void(const ScenarioResult&)>& on_result = {});

}  // namespace roomle_sim
