#include "scenarios/report_document.h"

#include "scenarios/report_send.h"
#include "scenarios/report_text.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

ordered_json difference_object(const Difference& one) {
  ordered_json object{{"where", describe(one.where)},
                      {"file", one.where.source ? one.where.source->name : std::string()},
                      {"line", line_of(one.where)},
                      {"name", one.name},
                      {"expected", one.expected},
                      {"actual", one.actual}};
  if (one.send) object["send"] = *one.send;
  return object;
}

}  // namespace

ordered_json scenario_document(const ScenarioResult& result, const RunOptions& run) {
  const Scenario& scenario = *result.scenario;
  ordered_json object{{"name", scenario.name},
                      {"description", scenario.description},
                      {"tags", scenario.tags},
                      {"file", scenario.path},
                      {"line", line_of(scenario.where)},
                      {"state", state_word(result.state)},
                      {"durationMs", fractional_milliseconds(result.duration)},
                      {"clockMs", fractional_milliseconds(result.passed_time)},
                      {"seed", result.seed},
                      {"notChecked", result.not_checked}};
  if (result.state == ScenarioResult::State::error) object["error"] = result.error;
  if (!result.reproduce.empty()) object["reproduce"] = result.reproduce;
  object["differences"] = ordered_json::array();
  for (const Difference& one : result.differences) {
    object["differences"].push_back(difference_object(one));
  }
  object["story"] = result.story;
  object["sends"] = ordered_json::array();
  const Masking masking(scenario, run);
  for (const SendRecord& send : result.sends) {
    object["sends"].push_back(send_document(send, result.begin, run, masking));
  }
  return masking.json(std::move(object));
}

ordered_json report_document(const SuiteResult& suite, const ReportContext& context) {
  ordered_json document{{"version", 1},
                        {"program", context.program},
                        {"written", format_timestamp(context.written)},
                        {"passed", suite.passed},
                        {"failed", suite.failed},
                        {"errors", suite.errors},
                        {"notRun", suite.not_run},
                        {"notChecked", suite.not_checked},
                        {"time", time_mode_word(context.run->time)},
                        {"durationMs", fractional_milliseconds(suite.duration)},
                        {"clockMs", fractional_milliseconds(suite.passed_time)},
                        {"scenarios", ordered_json::array()},
                        {"notBegun", ordered_json::array()}};
  if (suite.command_end) document["commandEnd"] = *suite.command_end;
  for (const ScenarioResult& result : suite.results) {
    document["scenarios"].push_back(scenario_document(result, *context.run));
  }
  for (const Scenario* one : suite.not_begun) {
    document["notBegun"].push_back(
        {{"name", one->name}, {"file", one->path}, {"line", line_of(one->where)}});
  }
  return document;
}

bool is_report_document(const ordered_json& document) {
  if (!document.is_object() || !document.contains("scenarios")) return false;
  const auto program = document.find("program");
  return program != document.end() && program->is_string() &&
         program->get<std::string>().starts_with("roomle-sim ");
}

}  // namespace roomle_sim
