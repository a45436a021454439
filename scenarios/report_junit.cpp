#include "scenarios/report_junit.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "scenarios/report_text.h"

namespace roomle_sim {
namespace {

std::string seconds(Duration duration) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(duration).count());
}

// Escaped line by line, so that the lines stay lines in the file.
std::string failure_text(const ScenarioResult& result) {
  std::string text;
  const auto add = [&](const std::string& line) { text += xml_escape(line) + "\n"; };
  for (const Difference& difference : result.differences) add(describe(difference));
  add(fmt::format("seed {}", result.seed));
  for (const std::string& line : result.story) add(line);
  if (!result.reproduce.empty()) add("reproduce with: " + result.reproduce);
  return text;
}

std::string test_case_of(const Scenario& scenario, const Location& where, Duration duration) {
  return fmt::format(
      "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
      xml_escape(scenario.name), xml_escape(std::filesystem::path(scenario.path).stem().string()),
      xml_escape(scenario.path), line_of(where), seconds(duration));
}

std::string test_case(const ScenarioResult& result) {
  const Scenario& scenario = *result.scenario;
  const Location& where =
      result.differences.empty() ? scenario.where : result.differences.front().where;
  const std::string xml = test_case_of(scenario, where, result.duration);
  switch (result.state) {
    case ScenarioResult::State::passed:
      return xml + "/>\n";
    case ScenarioResult::State::interrupted:
      return xml + ">\n      <skipped message=\"interrupted\"/>\n    </testcase>\n";
    case ScenarioResult::State::error:
      return xml + fmt::format(">\n      <error message=\"{}\"/>\n    </testcase>\n",
                               xml_escape(result.error));
    case ScenarioResult::State::failed:
      break;
  }
  return xml + fmt::format(
                   ">\n      <failure type=\"expectation\" message=\"{}\">{}</failure>\n"
                   "    </testcase>\n",
                   xml_escape(describe(result.differences.front())), failure_text(result));
}

}  // namespace

std::string junit_xml(const SuiteResult& suite) {
  const auto stopped =
      std::count_if(suite.results.begin(), suite.results.end(), [](const ScenarioResult& result) {
        return result.state == ScenarioResult::State::interrupted;
      });
  const std::string counts = fmt::format(
      "name=\"roomle-sim\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"",
      suite.results.size() + suite.not_begun.size() + (suite.command_end ? 1 : 0), suite.failed,
      suite.errors + (suite.command_end ? 1 : 0),
      static_cast<std::size_t>(stopped) + suite.not_begun.size(), seconds(suite.duration));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites {0}>\n  <testsuite {0}>\n", counts);
  for (const ScenarioResult& result : suite.results) xml += test_case(result);
  for (const Scenario* one : suite.not_begun) {
    xml += test_case_of(*one, one->where, Duration::zero()) +
           ">\n      <skipped message=\"not run\"/>\n    </testcase>\n";
  }
  if (suite.command_end) {
    xml += fmt::format(
        "    <testcase name=\"the endpoint under test lasts\" classname=\"roomle-sim\" "
        "time=\"0.000\">\n      <error message=\"{}\"/>\n    </testcase>\n",
        xml_escape(*suite.command_end));
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace roomle_sim
