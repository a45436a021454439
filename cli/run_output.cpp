#include "cli/run_output.h"

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using State = ScenarioResult::State;
using Style = Console::Style;

std::string label(const Console& console, State state) {
  switch (state) {
    case State::passed:
      return console.styled("ok  ", Style::good);
    case State::failed:
      return console.styled("FAIL", Style::bad);
    case State::error:
      return console.styled("ERR ", Style::bad);
    case State::interrupted:
      break;
  }
  return console.styled("stop", Style::dim);
}

std::string head_line(const Console& console, const ScenarioResult& result) {
  std::string line = fmt::format("{} {}  ({})", label(console, result.state),
                                 printable(result.scenario->name), humanize(result.duration));
  if (result.not_checked > 0) {
    line += fmt::format("  {} not checked: external endpoint", result.not_checked);
  }
  return line;
}

void show_difference(Console& console, const Difference& difference) {
  console.line(fmt::format("     {}: {}", printable(describe(difference.where)),
                           printable(difference.name)));
  console.line(fmt::format("       expected  {}", printable(difference.expected)));
  console.line(
      fmt::format("       got       {}", console.styled(printable(difference.actual), Style::bad)));
}

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

ordered_json result_object(const ScenarioResult& result) {
  ordered_json differences = ordered_json::array();
  for (const Difference& one : result.differences) {
    differences.push_back({{"where", describe(one.where)},
                           {"name", one.name},
                           {"expected", one.expected},
                           {"actual", one.actual}});
  }
  ordered_json object{{"type", "scenario"},
                      {"name", result.scenario->name},
                      {"file", result.scenario->path},
                      {"state", state_word(result.state)},
                      {"passed", result.state == State::passed},
                      {"durationMs", milliseconds(result.duration)},
                      {"seed", result.seed},
                      {"notChecked", result.not_checked},
                      {"differences", std::move(differences)},
                      {"story", result.story}};
  if (result.state == State::error) object["error"] = result.error;
  return object;
}

}  // namespace

void show_result(Console& console, const ScenarioResult& result, bool story) {
  console.object(result_object(result));
  console.line(head_line(console, result));
  if (result.state == State::error) console.line("     " + printable(result.error));
  for (const Difference& difference : result.differences) show_difference(console, difference);
  const bool failed = result.state == State::failed;
  if (failed) console.line(fmt::format("     what happened (seed {}):", result.seed));
  if (!failed && !story) return;
  for (const std::string& line : result.story) {
    console.line(console.styled("       " + printable(line), Style::dim));
  }
  if (failed && result.endpoint_ignored) {
    console.line("     The scenario's own 'endpoint' was not used, because of --endpoint.");
  }
}

void show_summary(Console& console, const SuiteResult& suite) {
  console.object({{"type", "summary"},
                  {"passed", suite.passed},
                  {"failed", suite.failed},
                  {"errors", suite.errors},
                  {"notRun", suite.not_run},
                  {"notChecked", suite.not_checked},
                  {"durationMs", milliseconds(suite.duration)}});
  const bool fine = suite.failed == 0 && suite.errors == 0 && suite.not_run == 0;
  std::string line = fmt::format("{} passed, {} failed", suite.passed, suite.failed);
  if (suite.errors > 0) line += fmt::format(", {} could not run", suite.errors);
  if (suite.not_run > 0) line += fmt::format(", {} not run to their end", suite.not_run);
  if (suite.not_checked > 0) {
    line += fmt::format(", {} not checked: external endpoint", suite.not_checked);
  }
  console.line(fmt::format("{}  ({})", console.styled(line, fine ? Style::good : Style::bad),
                           humanize(suite.duration)));
}

}  // namespace roomle_sim
