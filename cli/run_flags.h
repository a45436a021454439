// The flags of `run`, and what they mean together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/http_options.h"
#include "cli/reproduction.h"
#include "cli/run_reports.h"
#include "cli/scenario_choice.h"
#include "scenarios/suite.h"
#include "tenants/url.h"

namespace roomle_sim {

// As they were given.
struct RunFlags {
  std::vector<std::string> paths;
  ScenarioChoice choice;
  std::string endpoint;
  RunReports reports;
  std::string mailbox;
  std::string time = "real";
  std::optional<Duration> timeout;
  Duration ready_timeout = std::chrono::seconds(10);
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> shuffle_seed;
  bool shuffle = false;
  int jobs = 0;
  bool fail_fast = false;
  bool story = false;
  bool init = false;
  bool schema = false;
  bool watch = false;
  std::string replay;
  bool replay_update = false;
  HttpOptions http;
};

// Understood.
struct RunPlan {
  SuiteOptions suite;
  std::optional<Url> endpoint;
  RunReports reports;
  ReproductionFlags reproduction;
  bool story = false;
  std::string replay;  // a folder; empty: none
  bool replay_update = false;
  bool whole = true;  // a folder was named, and no --filter left scenarios out
};

void add_run_flags(Command& command, RunFlags& flags);

// usage: flags that do not go together, or a value that is none; bad_input, unavailable: what could
// not be read or written later. `child`: the command behind '--'.
Result<RunPlan> understand(const RunFlags& flags,
                           const std::optional<std::vector<std::string>>& child);

}  // namespace roomle_sim
