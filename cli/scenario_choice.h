// The flags of `run` that say which scenarios to load, with which variables, and which to play.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/console.h"
#include "scenarios/scenario.h"
#include "scenarios/suite.h"

namespace roomle_sim {

struct ChosenFiles {
  std::set<std::string> read;  // or looked for and not found
  std::vector<FoundFiles::Other> passed_over;
};

class ScenarioChoice {
 public:
  void add_to(Command& command);

  // Those behind the paths that are wanted. What was passed over, and what was probably not meant,
  // is told on the console. An error: a path or a flag that cannot be used (usage), all mistakes of
  // all files (bad_input). `files`: where to note them.
  Result<std::vector<Scenario>> load(const std::vector<std::string>& paths,
                                     std::optional<std::uint64_t> seed, Console& console,
                                     ChosenFiles& files) const;

  [[nodiscard]] bool filters() const { return !filters_.empty(); }
  // As they were given.
  [[nodiscard]] const std::vector<std::string>& variables() const { return variables_; }
  [[nodiscard]] const std::vector<std::string>& variables_files() const { return variables_files_; }

 private:
  [[nodiscard]] Result<LoadOptions> load_options(std::optional<std::uint64_t> seed) const;

  std::vector<std::string> variables_;  // NAME=VALUE
  std::vector<std::string> variables_files_;
  std::vector<std::string> filters_;
};

}  // namespace roomle_sim
