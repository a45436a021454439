#include "scenarios/suite.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> scenario_files_in(const std::string& folder, std::error_code& error) {
  std::vector<std::string> files;
  fs::recursive_directory_iterator at(folder, error);
  while (!error && at != fs::recursive_directory_iterator()) {
    if (at->path().extension() == ".json" && at->is_regular_file(error)) {
      files.push_back(at->path().string());
    }
    if (!error) at.increment(error);
  }
  std::sort(files.begin(), files.end());
  return files;
}

// One path of the command line; a mistake is added to `mistakes`.
std::vector<std::string> files_of(const std::string& path, std::vector<std::string>& mistakes) {
  std::error_code error;
  if (path != "-" && !fs::exists(path, error)) {
    mistakes.push_back(fmt::format("{}: there is no such file or folder", path));
    return {};
  }
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> files = scenario_files_in(path, error);
  if (error) {
    mistakes.push_back(fmt::format("{}: {}", path, error.message()));
  } else if (files.empty()) {
    mistakes.push_back(fmt::format("{}: this folder has no scenarios (*.json)", path));
  }
  return files;
}

std::string identity(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  return error ? path : canonical.string();
}

// Hands out scenarios to the threads and takes their results back.
class SuiteRun {
 public:
  SuiteRun(const std::vector<Scenario>& scenarios, const SuiteOptions& options,
           const std::stop_token& stop, const std::function<void(const ScenarioResult&)>& on_result)
      : scenarios_(scenarios),
        options_(options),
        stop_(stop),
        on_result_(on_result),
        results_(scenarios.size()) {}

  SuiteResult run() {
    const auto start = std::chrono::steady_clock::now();
    {
      std::vector<std::jthread> threads;
      const auto jobs = static_cast<std::size_t>(std::max(1, options_.jobs));
      for (std::size_t i = 0; i < std::min(jobs, scenarios_.size()); ++i) {
        threads.emplace_back([this] { work(); });
      }
    }
    SuiteResult suite;
    suite.duration = std::chrono::steady_clock::now() - start;
    for (std::optional<ScenarioResult>& result : results_) count(result, suite);
    return suite;
  }

 private:
  void work() {
    for (;;) {
      const std::size_t index = next_++;
      if (index >= scenarios_.size() || stop_.stop_requested() || failed_) return;
      ScenarioResult result = run_scenario(scenarios_[index], options_.run, stop_);
      if (options_.fail_fast && result.state != ScenarioResult::State::passed) failed_ = true;
      const std::lock_guard lock(mutex_);
      if (on_result_) on_result_(result);
      results_[index] = std::move(result);
    }
  }

  static void count(std::optional<ScenarioResult>& result, SuiteResult& suite) {
    if (!result || result->state == ScenarioResult::State::interrupted) {
      ++suite.not_run;
    } else if (result->state == ScenarioResult::State::passed) {
      ++suite.passed;
    } else if (result->state == ScenarioResult::State::failed) {
      ++suite.failed;
    } else {
      ++suite.errors;
    }
    if (!result) return;
    suite.not_checked += result->not_checked;
    suite.results.push_back(*std::move(result));
  }

  const std::vector<Scenario>& scenarios_;
  const SuiteOptions& options_;
  const std::stop_token& stop_;
  const std::function<void(const ScenarioResult&)>& on_result_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // guards results_ and the calls of on_result_
  std::vector<std::optional<ScenarioResult>> results_;
};

}  // namespace

Result<std::vector<std::string>> find_scenario_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::vector<std::string> mistakes;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    for (std::string& file : files_of(path, mistakes)) {
      if (seen.insert(identity(file)).second) files.push_back(std::move(file));
    }
  }
  if (mistakes.empty()) return files;
  return Error{ErrorCode::bad_input, fmt::format("{}", fmt::join(mistakes, "\n"))};
}

Result<std::vector<Scenario>> load_scenarios(const std::vector<std::string>& files) {
  std::vector<Scenario> scenarios;
  std::vector<std::string> mistakes;
  for (const std::string& file : files) {
    Result<Scenario> scenario = load_scenario(file);
    if (scenario) {
      scenarios.push_back(*std::move(scenario));
    } else {
      mistakes.push_back(scenario.error().message);
    }
  }
  if (mistakes.empty()) return scenarios;
  return Error{ErrorCode::bad_input, fmt::format("{}", fmt::join(mistakes, "\n"))};
}

SuiteResult run_suite(const std::vector<Scenario>& scenarios, const SuiteOptions& options,
                      const std::stop_token& stop,
                      const std::function<void(const ScenarioResult&)>& on_result) {
  return SuiteRun(scenarios, options, stop, on_result).run();
}

}  // namespace roomle_sim
