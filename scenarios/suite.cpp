#include "scenarios/suite.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "base/random.h"
#include "scenarios/file_identity.h"

namespace roomle_sim {
namespace {

namespace fs = std::filesystem;

// Of the files in a folder that holds no scenario: enough to see what it is instead.
constexpr std::size_t kShownOthers = 10;

// What people do not write scenarios in: version control, editors, what a package manager brought.
bool is_somebody_elses(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name == "node_modules";
}

std::vector<std::string> json_files_in(const std::string& folder, std::error_code& error) {
  std::vector<std::string> files;
  fs::recursive_directory_iterator at(folder, error);
  while (!error && at != fs::recursive_directory_iterator()) {
    // A link that leads nowhere is no file, and no reason to stop: editors leave such beside what
    // they have open.
    std::error_code no_file;
    if (is_somebody_elses(at->path())) {
      at.disable_recursion_pending();
    } else if (at->path().extension() == ".json" && at->is_regular_file(no_file)) {
      files.push_back(at->path().string());
    }
    at.increment(error);
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Follows the paths of the command line, and collects their mistakes.
class Search {
 public:
  void follow(const std::string& path) {
    std::error_code error;
    if (path != "-" && !fs::exists(path, error)) {
      mistakes_.push_back(fmt::format("{}: there is no such file or folder", path));
    } else if (fs::is_directory(path, error)) {
      look_into(path);
    } else if (is_new(path)) {
      found_.scenarios.push_back(path);
    }
  }

  Result<FoundFiles> result() {
    if (mistakes_.empty()) return std::move(found_);
    return Error{ErrorCode::bad_input, fmt::format("{}", fmt::join(mistakes_, "\n"))};
  }

 private:
  void look_into(const std::string& folder) {
    std::error_code error;
    int scenarios = 0;
    std::vector<std::string> others;
    for (const std::string& file : json_files_in(folder, error)) {
      const FileKind kind = kind_of_file(file);
      if (kind == FileKind::scenario) {
        ++scenarios;
        if (is_new(file)) found_.scenarios.push_back(file);
      } else {
        if (others.size() < kShownOthers) {
          others.push_back(fmt::format("\n  {}: {}", file, describe(kind)));
        }
        if (is_new(file)) found_.passed_over.push_back({file, kind});
      }
    }
    if (error) {
      mistakes_.push_back(fmt::format("{}: {}", folder, error.message()));
    } else if (scenarios == 0) {
      mistakes_.push_back(fmt::format("{}: this folder has no scenarios (*.json){}", folder,
                                      fmt::join(others, "")));
    }
  }

  bool is_new(const std::string& file) { return seen_.insert(file_identity(file)).second; }

  FoundFiles found_;
  std::vector<std::string> mistakes_;
  std::set<std::string> seen_;
};

// Which scenario is the n-th to begin.
std::vector<std::size_t> order_of(std::size_t count, std::optional<std::uint64_t> shuffle) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  if (!shuffle) return order;
  // Not std::shuffle, whose order differs from one standard library to the next.
  Random random(*shuffle);
  for (std::size_t left = count; left > 1; --left) {
    std::swap(order[left - 1], order[random.between(0, left - 1)]);
  }
  return order;
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
        order_(order_of(scenarios.size(), options.shuffle)),
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
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (!results_[i]) suite.not_begun.push_back(&scenarios_[i]);
      count(results_[i], suite);
    }
    suite.interrupted = stop_.stop_requested() && suite.not_run > 0;
    return suite;
  }

 private:
  void work() {
    for (;;) {
      const std::size_t place = next_++;
      if (place >= order_.size() || stop_.stop_requested() || failed_) return;
      const std::size_t index = order_[place];
      tell_begin(scenarios_[index]);
      ScenarioResult result = run_scenario(scenarios_[index], options_.run, stop_);
      if (options_.finish) options_.finish(result);
      if (options_.fail_fast && result.state != ScenarioResult::State::passed) failed_ = true;
      const std::lock_guard lock(mutex_);
      if (on_result_) on_result_(result);
      results_[index] = std::move(result);
    }
  }

  void tell_begin(const Scenario& scenario) {
    if (!options_.on_begin) return;
    const std::lock_guard lock(mutex_);
    options_.on_begin(scenario);
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
    suite.passed_time += result->passed_time;
    suite.results.push_back(*std::move(result));
  }

  const std::vector<Scenario>& scenarios_;
  const SuiteOptions& options_;
  const std::stop_token& stop_;
  const std::function<void(const ScenarioResult&)>& on_result_;
  const std::vector<std::size_t> order_;
  std::atomic<std::size_t> next_{0};  // in order_
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // guards results_ and the calls of on_result_ and on_begin
  std::vector<std::optional<ScenarioResult>> results_;
};

}  // namespace

Result<FoundFiles> find_scenario_files(const std::vector<std::string>& paths) {
  Search search;
  for (const std::string& path : paths) search.follow(path);
  return search.result();
}

Result<std::vector<Scenario>> load_scenarios(const std::vector<std::string>& files,
                                             const LoadOptions& options) {
  std::vector<Scenario> scenarios;
  std::vector<std::string> mistakes;
  std::set<std::string> told;  // what several include is wrong in each of them
  for (const std::string& file : files) {
    Result<std::vector<Scenario>> cases = load_scenario_file(file, options);
    if (cases) {
      std::move(cases->begin(), cases->end(), std::back_inserter(scenarios));
    } else if (told.insert(cases.error().message).second) {
      mistakes.push_back(cases.error().message);
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
