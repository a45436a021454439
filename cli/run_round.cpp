#include "cli/run_round.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/run_output.h"
#include "scenarios/masking.h"
#include "scenarios/replay.h"

namespace roomle_sim {
namespace {

int exit_code_of(const SuiteResult& suite) {
  if (suite.errors > 0) return exit_code::kCouldNotRun;
  if (suite.failed > 0) return exit_code::kNotAsExpected;
  // What passed may have passed because nobody was there any more.
  return suite.command_end ? exit_code::kCouldNotRun : exit_code::kFine;
}

std::optional<Error> finish_replay(Console& console, Replay& replay, const RunPlan& plan) {
  if (const auto error = replay.finish()) return error;
  if (replay.records()) {
    console.message(fmt::format("recorded the traffic of {} into {}",
                                plural(replay.taken(), "scenario"), printable(plan.replay)));
  }
  if (!plan.whole) return std::nullopt;  // the others were not asked for
  constexpr std::size_t kShown = 10;
  const std::vector<std::string> strangers = replay.strangers();
  for (std::size_t i = 0; i < std::min(kShown, strangers.size()); ++i) {
    console.message(
        fmt::format("{}: a recording of no scenario of this run", printable(strangers[i])));
  }
  if (strangers.size() > kShown) {
    console.message(fmt::format("and {} more recordings of no scenario of this run",
                                strangers.size() - kShown));
  }
  return std::nullopt;
}

}  // namespace

Result<int> play_round(Console& console, const std::vector<Scenario>& scenarios,
                       const RunPlan& plan, const std::stop_token& stop,
                       const CommandEnd& command_end) {
  std::unique_ptr<Replay> replay;
  if (!plan.replay.empty()) {
    auto opened = Replay::open(plan.replay, plan.replay_update, scenarios);
    if (!opened) return opened.error();
    replay = *std::move(opened);
  }
  if (const auto seed = plan.suite.shuffle) {
    console.message(fmt::format("shuffled: --shuffle-seed {} is this order", *seed));
  }
  Progress progress(console, scenarios.size());
  SuiteOptions options = plan.suite;
  options.on_begin = [&](const Scenario& scenario) { progress.begin(scenario.name); };
  options.finish = [&](ScenarioResult& result) {
    Masking(*result.scenario, plan.suite.run).apply(result);
    if (replay) replay->take(result, plan.suite.run);
    if (result.state != ScenarioResult::State::passed || options.run.keep_sends) {
      result.reproduce = reproduction(result, plan.reproduction, plan.suite.run);
    }
  };
  SuiteResult suite = run_suite(scenarios, options, stop, [&](const ScenarioResult& result) {
    progress.end(result.scenario->name);
    show_result(console, result, plan.suite.run, plan.story);
  });
  suite.command_end = command_end();
  show_summary(console, suite, plan.suite);
  std::optional<Error> error = plan.reports.write(suite, plan.suite.run);
  // What was interrupted is no record of anything.
  if (replay && !stop.stop_requested()) {
    if (auto failed = finish_replay(console, *replay, plan)) error = std::move(failed);
  }
  if (error) return *std::move(error);
  return exit_code_of(suite);
}

}  // namespace roomle_sim
