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

// "7.12 ms", and where time was skipped or is virtual how much of it went by, unless that is about
// the same: "7.12 ms for 75 h".
std::string took(Duration real, Duration passed, TimeMode time) {
  if (time == TimeMode::real || passed < real + std::chrono::seconds(1)) return humanize(real);
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
constexpr std::string_view kValueIndent = "       ";

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
  std::vector<TwoColumns> rows = two_columns(lines, Console::width() - kValueIndent.size());
  const std::size_t all = rows.size();
  rows.resize(std::min(all, kMostRows));
  for (const TwoColumns& row : rows) {
    std::string line = fmt::format("{}{}{}{}", kValueIndent, row.left, row.mark, row.right);
    if (row.right.empty()) line.erase(line.find_last_not_of(' ') + 1);
    const bool differs = row.mark != "   ";
    console.line(differs ? console.styled(line, Style::bad) : line);
  }
  if (all > kMostRows) {
    console.line(fmt::format("{}… and {} lines more; --report html=FILE has them", kValueIndent,
                             all - kMostRows));
  }
}

struct Telling {
  const SendRecord* send = nullptr;
  const Exchange* exchange = nullptr;
};

const Exchange* last_exchange(const SendRecord& send) {
  const Exchange* last = nullptr;
  for (const JournalRecord& record : send.facts.records) {
    if (record.exchange) last = record.exchange.get();
  }
  return last;
}

bool was_delivered(const SendRecord& send) {
  return std::any_of(send.facts.records.begin(), send.facts.records.end(), [](const auto& record) {
    const auto* ended = std::get_if<record::Ended>(&record.what);
    return ended != nullptr && ended->outcome == Outcome::delivered;
  });
}

// The POST that one would want to try by hand: the last of the send that the first difference is
// about. Where none is about one send: of the first that was not delivered, or else of the last. No
// exchange: there was none.
Telling telling_exchange(const ScenarioResult& result) {
  for (const Difference& one : result.differences) {
    if (!one.send || *one.send >= result.sends.size()) continue;
    const SendRecord& send = result.sends[*one.send];
    if (const Exchange* exchange = last_exchange(send)) return {&send, exchange};
  }
  Telling last;
  for (const SendRecord& send : result.sends) {
    const Exchange* exchange = last_exchange(send);
    if (exchange == nullptr) continue;
    last = {&send, exchange};
    if (!was_delivered(send)) break;
  }
  return last;
}

// "The same POST", with the send's name where it has one among others.
std::string heading_of_post(const ScenarioResult& result, const SendRecord& send,
                            const Masking& masking) {
  std::string heading = "The same POST";
  if (result.sends.size() > 1) {
    heading +=
        fmt::format(" (of the send at line {}{})", line_of(send.where),
                    send.name.empty() ? "" : fmt::format(", \"{}\"", masking.text(send.name)));
  }
  return heading + (send.built_in ? ", with WEBHOOK as your endpoint's URL:" : ":");
}

void show_reproduction(Console& console, const ScenarioResult& result, const RunOptions& run) {
  if (!result.reproduce.empty()) {
    console.line(fmt::format("     Reproduce with: {}", printable(result.reproduce)));
  }
  const auto [send, exchange] = telling_exchange(result);
  if (exchange == nullptr) return;
  const Masking masking(*result.scenario, run);
  console.line(fmt::format("     {}", printable(heading_of_post(result, *send, masking))));
  console.line(
      fmt::format("       {}", printable(curl_command(*send, *exchange, run.transport, masking))));
  if (!posts_the_same(*exchange, masking)) {
    console.line(fmt::format("       {}", kNotTheSamePost));
  }
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
                      {"durationMs", fractional_milliseconds(result.duration)},
                      {"clockMs", fractional_milliseconds(result.passed_time)},
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
  const Console::Together together(console);
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
                      {"durationMs", fractional_milliseconds(suite.duration)},
                      {"clockMs", fractional_milliseconds(suite.passed_time)}};
  if (options.shuffle) object["shuffleSeed"] = *options.shuffle;
  if (suite.command_end) object["commandEnd"] = *suite.command_end;
  console.object(object);
  const bool fine =
      suite.failed == 0 && suite.errors == 0 && suite.not_run == 0 && !suite.command_end;
  std::string line = fmt::format("{} passed, {} failed", suite.passed, suite.failed);
  if (suite.errors > 0) line += fmt::format(", {} could not run", suite.errors);
  const int not_begun = static_cast<int>(suite.not_begun.size());
  if (const int broken_off = suite.not_run - not_begun; broken_off > 0) {
    line += fmt::format(", {} not run to {} end", broken_off, broken_off == 1 ? "its" : "their");
  }
  if (not_begun > 0) line += fmt::format(", {} not run", not_begun);
  if (suite.not_checked > 0) {
    line += fmt::format(", {} not checked: external endpoint", suite.not_checked);
  }
  if (suite.command_end) line += ", but the endpoint under test did not last";
  console.line(fmt::format("{}  ({})", console.styled(line, fine ? Style::good : Style::bad),
                           took(suite.duration, suite.passed_time, options.run.time)));
}

}  // namespace roomle_sim
