#include "cli/run_output.h"

#include <algorithm>

#include <fmt/format.h>

#include "scenarios/curl_command.h"
#include "scenarios/report_text.h"
#include "scenarios/side_by_side.h"

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

// "7.12 ms", and where time is not real also how much of it went by: "7.12 ms for 75 h".
std::string took(Duration real, Duration passed, TimeMode time) {
  if (time == TimeMode::real) return humanize(real);
  return fmt::format("{} for {}", humanize(real), humanize(passed));
}

std::string head_line(const Console& console, const ScenarioResult& result, TimeMode time) {
  std::string line =
      fmt::format("{} {}  ({})", label(console, result.state), printable(result.scenario->name),
                  took(result.duration, result.passed_time, time));
  if (result.not_checked > 0) {
    line += fmt::format("  {} not checked: external endpoint", result.not_checked);
  }
  return line;
}

// Of a difference, on the terminal; a report has all of it.
constexpr std::size_t kMostRows = 60;
// What stands in front of a value's lines.
constexpr std::string_view kIndent = "       ";

std::vector<std::string> printable_lines(const std::string& value) {
  std::vector<std::string> lines = lines_of_value(value);
  for (std::string& line : lines) line = printable(line);
  return lines;
}

// Beside each other, the heading included; what differs is in colour.
void show_difference(Console& console, const Difference& difference) {
  console.line(fmt::format("     {}: {}", printable(describe(difference.where)),
                           printable(difference.name)));
  std::vector<ComparedLine> lines{{ComparedLine::Kind::same, "expected", "got"}};
  const auto compared =
      side_by_side(printable_lines(difference.expected), printable_lines(difference.actual));
  lines.insert(lines.end(), compared.begin(), compared.end());
  std::vector<TwoColumns> rows = two_columns(lines, Console::width() - kIndent.size());
  const std::size_t all = rows.size();
  rows.resize(std::min(all, kMostRows));
  for (const TwoColumns& row : rows) {
    std::string line = fmt::format("{}{}{}{}", kIndent, row.left, row.mark, row.right);
    if (row.right.empty()) line.erase(line.find_last_not_of(' ') + 1);
    const bool differs = row.mark != "   ";
    console.line(differs ? console.styled(line, Style::bad) : line);
  }
  if (all > kMostRows) {
    console.line(fmt::format("{}… and {} lines more; --report html=FILE has them", kIndent,
                             all - kMostRows));
  }
}

struct Telling {
  const SendRecord* send = nullptr;
  const Exchange* exchange = nullptr;
};

// The POST that one would want to try by hand: the last of the first delivery that failed, or else
// of the last delivery. No exchange: there was none.
Telling telling_exchange(const ScenarioResult& result) {
  Telling last;
  for (const SendRecord& send : result.sends) {
    bool delivered = false;
    for (const JournalRecord& record : send.facts.records) {
      if (const auto* ended = std::get_if<record::Ended>(&record.what)) {
        delivered = ended->outcome == Outcome::delivered;
      }
      if (record.exchange) last = {&send, record.exchange.get()};
    }
    if (last.exchange != nullptr && !delivered) break;
  }
  return last;
}

void show_reproduction(Console& console, const ScenarioResult& result, const RunOptions& run) {
  if (!result.reproduce.empty()) {
    console.line(fmt::format("     Reproduce with: {}", printable(result.reproduce)));
  }
  const auto [send, exchange] = telling_exchange(result);
  if (exchange == nullptr) return;
  if (send->built_in) console.line("     The same POST, with WEBHOOK as your endpoint's URL:");
  console.line(fmt::format(
      "     {}{}", send->built_in ? "  " : "The same POST:  ",
      printable(curl_command(*send, *exchange, run.transport, Masking(*result.scenario, run)))));
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
                      {"clockMs", milliseconds(result.passed_time)},
                      {"seed", result.seed},
                      {"notChecked", result.not_checked},
                      {"differences", std::move(differences)},
                      {"story", result.story}};
  if (result.state == State::error) object["error"] = result.error;
  if (result.state != State::passed) object["reproduce"] = result.reproduce;
  return object;
}

}  // namespace

void show_result(Console& console, const ScenarioResult& result, const RunOptions& run,
                 bool story) {
  console.object(result_object(result));
  console.line(head_line(console, result, run.time));
  if (result.state == State::error) console.line("     " + printable(result.error));
  for (const Difference& difference : result.differences) show_difference(console, difference);
  const bool failed = result.state == State::failed;
  if (failed) console.line(fmt::format("     what happened (seed {}):", result.seed));
  if (!failed && !story) return;
  for (const std::string& line : result.story) {
    console.line(console.styled("       " + printable(line), Style::dim));
  }
  if (!failed) return;
  if (result.endpoint_ignored) {
    console.line("     The scenario's own 'endpoint' was not used, because of --endpoint.");
  }
  show_reproduction(console, result, run);
}

void show_summary(Console& console, const SuiteResult& suite, const SuiteOptions& options) {
  ordered_json object{{"type", "summary"},
                      {"passed", suite.passed},
                      {"failed", suite.failed},
                      {"errors", suite.errors},
                      {"notRun", suite.not_run},
                      {"notChecked", suite.not_checked},
                      {"durationMs", milliseconds(suite.duration)},
                      {"clockMs", milliseconds(suite.passed_time)}};
  if (options.shuffle) object["shuffleSeed"] = *options.shuffle;
  console.object(object);
  const bool fine = suite.failed == 0 && suite.errors == 0 && suite.not_run == 0;
  std::string line = fmt::format("{} passed, {} failed", suite.passed, suite.failed);
  if (suite.errors > 0) line += fmt::format(", {} could not run", suite.errors);
  if (suite.not_run > 0) line += fmt::format(", {} not run to their end", suite.not_run);
  if (suite.not_checked > 0) {
    line += fmt::format(", {} not checked: external endpoint", suite.not_checked);
  }
  console.line(fmt::format("{}  ({})", console.styled(line, fine ? Style::good : Style::bad),
                           took(suite.duration, suite.passed_time, options.run.time)));
}

}  // namespace roomle_sim
