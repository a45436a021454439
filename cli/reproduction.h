// The command line that runs one scenario of a run again, by itself.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/runner.h"

namespace roomle_sim {

struct ReproductionFlags {
  std::vector<std::string> variables;  // NAME=VALUE
  std::vector<std::string> variables_files;
  std::vector<std::string> headers;               // 'NAME: VALUE'
  std::vector<std::string> others;                // as they are to stand there
  std::optional<std::vector<std::string>> child;  // behind '--'
};

// With the seed that the run had, the case that it was (--filter), and the variables that the
// scenario refers to, for a POSIX shell. What speaks of a credential by its name, and what is
// masked in a URL, is left to a variable of the shell: --variable "password=$PASSWORD". With these
// set to what they stand for, a shell reads the very words of the run.
std::string reproduction(const ScenarioResult& result, const ReproductionFlags& flags,
                         const RunOptions& run);

}  // namespace roomle_sim
