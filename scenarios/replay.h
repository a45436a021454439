// A run's traffic, recorded into a folder, and compared with what is recorded there.
//
// A file for each scenario, made to be read and to be kept under version control: each send's
// requests, answers, reasons, waits and mails. What differs from run to run by its nature is not in
// it (scenarios/replay_form.h). Secrets are masked as in reports. docs/reports.md shows one.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenarios/runner.h"

namespace roomle_sim {

// Threads: take() from any; the rest from one. Nothing is written before finish().
class Replay {
 public:
  // With `update`, or where the folder holds no recording yet (or is not there), records; otherwise
  // compares. bad_input: the folder holds other things and no recording, or a recording of another
  // version; two of the scenarios would have one file. unavailable: it cannot be looked at.
  static Result<std::unique_ptr<Replay>> open(const std::string& folder, bool update,
                                              const std::vector<Scenario>& scenarios);

  [[nodiscard]] bool records() const { return records_; }

  // Takes the result's traffic, or adds what differs to its differences and makes a failure of it.
  // The result needs its sends. One that did not come to its end is passed over.
  void take(ScenarioResult& result, const RunOptions& run);

  // Writes what was recorded. unavailable: it cannot be written.
  std::optional<Error> finish();

  // How many scenarios were recorded or compared.
  [[nodiscard]] int taken() const { return taken_; }
  // Recordings of the folder that belong to none of the scenarios.
  [[nodiscard]] std::vector<std::string> strangers() const;

 private:
  Replay(std::string folder, bool records) : folder_(std::move(folder)), records_(records) {}
  void compare(ScenarioResult& result, const nlohmann::ordered_json& now) const;

  std::string folder_;
  bool records_;
  std::map<const Scenario*, std::string> files_;  // the names of theirs
  std::mutex mutex_;                              // guards the rest
  std::map<std::string, std::string> recorded_;   // texts by files
  int taken_ = 0;
};

}  // namespace roomle_sim
