#include "scenarios/report_tap.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "scenarios/report_text.h"

namespace roomle_sim {
namespace {

using State = ScenarioResult::State;

// A double-quoted scalar of YAML: JSON's is one, with all that is no UTF-8 replaced.
std::string quoted(const std::string& text) {
  return json_text(nlohmann::json(text));
}

// In a description '#' would begin a directive.
std::string description(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '\\' || c == '#') text += '\\';
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return text;
}

class YamlBlock {
 public:
  void line(std::string_view text) { text_ += fmt::format("  {}\n", text); }
  void text(std::string_view name, const std::string& value) {
    line(fmt::format("{}: {}", name, quoted(value)));
  }
  [[nodiscard]] std::string take() const { return "  ---\n" + text_ + "  ...\n"; }

 private:
  std::string text_;
};

void tell_failure(const ScenarioResult& result, YamlBlock& block) {
  if (!result.differences.empty()) block.line("differences:");
  for (const Difference& one : result.differences) {
    block.line(fmt::format("  - at: {}", quoted(describe(one.where))));
    block.line(fmt::format("    name: {}", quoted(one.name)));
    block.line(fmt::format("    expected: {}", quoted(one.expected)));
    block.line(fmt::format("    actual: {}", quoted(one.actual)));
  }
  if (!result.story.empty()) block.line("story:");
  for (const std::string& line : result.story) block.line(fmt::format("  - {}", quoted(line)));
  if (!result.reproduce.empty()) block.text("reproduce", result.reproduce);
}

std::string diagnostics(const ScenarioResult& result) {
  const Scenario& scenario = *result.scenario;
  YamlBlock block;
  if (result.state == State::failed) {
    block.text("message", describe(result.differences.front()));
    block.line("severity: fail");
  } else if (result.state == State::error) {
    block.text("message", result.error);
    block.line("severity: error");
  }
  const Location& where =
      result.differences.empty() ? scenario.where : result.differences.front().where;
  block.line("at:");
  block.line(fmt::format("  file: {}", quoted(scenario.path)));
  block.line(fmt::format("  line: {}", line_of(where)));
  block.line(fmt::format("duration_ms: {:.3f}", fractional_milliseconds(result.duration)));
  block.line(fmt::format("seed: {}", result.seed));
  if (result.not_checked > 0) block.line(fmt::format("not_checked: {}", result.not_checked));
  if (result.state == State::failed || result.state == State::error) tell_failure(result, block);
  return block.take();
}

}  // namespace

std::string tap_text(const SuiteResult& suite) {
  // The plan is of all of them: of a run that was broken off something is missing then, also to who
  // does not know "Bail out!".
  std::string text =
      fmt::format("TAP version 13\n1..{}",
                  suite.results.size() + suite.not_begun.size() + (suite.command_end ? 1 : 0));
  text += suite.results.empty() && suite.not_begun.empty() ? " # no scenario was run\n" : "\n";
  std::size_t number = 0;
  for (const ScenarioResult& result : suite.results) {
    const bool stopped = result.state == State::interrupted;
    text += fmt::format("{} {} - {}{}\n",
                        result.state == State::passed || stopped ? "ok" : "not ok", ++number,
                        description(result.scenario->name), stopped ? " # SKIP interrupted" : "");
    text += diagnostics(result);
  }
  if (suite.interrupted) return text + "Bail out! interrupted\n";
  for (const Scenario* one : suite.not_begun) {
    text += fmt::format("ok {} - {} # SKIP not run\n", ++number, description(one->name));
  }
  if (suite.command_end) {
    text += fmt::format("not ok {} - the endpoint under test lasts\n# {}\n", ++number,
                        *suite.command_end);
  }
  return text;
}

}  // namespace roomle_sim
