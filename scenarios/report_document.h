// A run as one JSON document: the report json=FILE, and what the HTML report is drawn from.
// docs/reports.md describes it, member by member. Secrets are masked in it already. Pure.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "scenarios/suite.h"

namespace roomle_sim {

struct ReportContext {
  std::string program;              // "roomle-sim 0.1.0"
  TimePoint written;                // when the run ended
  const RunOptions* run = nullptr;  // the run's own; never null
};

// Of the version 1 of its form. The results need their sends (RunOptions::keep_sends).
nlohmann::ordered_json report_document(const SuiteResult& suite, const ReportContext& context);

// Whether this is one, of whatever version.
bool is_report_document(const nlohmann::ordered_json& document);

// One scenario of it.
nlohmann::ordered_json scenario_document(const ScenarioResult& result, const RunOptions& run);

}  // namespace roomle_sim
