// The flag --report of `run`: which reports to write, and where.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/kept_files.h"
#include "scenarios/suite.h"

namespace roomle_sim {

class RunReports {
 public:
  void add_to(Command& command);

  // Understands what was given, before anything runs. usage: no FORM=FILE, a form that is none, two
  // for one file; unavailable: a file that could not be written.
  std::optional<Error> check();

  // usage: a report that would take the place of one of these.
  [[nodiscard]] std::optional<Error> overwrites(const std::vector<KeptFile>& files) const;

  // Of these after check().
  [[nodiscard]] bool need_sends() const;
  [[nodiscard]] bool to_stdout() const;
  [[nodiscard]] std::vector<std::string> paths() const;

  // All of them, also where one could not be written: then the first error.
  [[nodiscard]] std::optional<Error> write(const SuiteResult& suite, const RunOptions& run) const;

 private:
  enum class Form { junit, tap, json, html };
  struct Report {
    Form form;
    std::string path;
  };
  std::vector<std::string> texts_;
  std::vector<Report> reports_;
};

}  // namespace roomle_sim
