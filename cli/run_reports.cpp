#include "cli/run_reports.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/command.h"
#include "cli/flag_value.h"
#include "scenarios/file_identity.h"
#include "scenarios/report_document.h"
#include "scenarios/report_file.h"
#include "scenarios/report_html.h"
#include "scenarios/report_junit.h"
#include "scenarios/report_tap.h"

namespace roomle_sim {
namespace {

// In the order of RunReports::Form.
constexpr std::array<std::string_view, 4> kForms{"junit", "tap", "json", "html"};

}  // namespace

void RunReports::add_to(Command& command) {
  command.add_option("--report", texts_, "Write a report: junit, tap, json or html (repeatable)")
      .type_name("FORM=FILE")
      .suggest({"junit=", "tap=", "json=", "html="})
      .one_value_each();
}

std::optional<Error> RunReports::check() {
  for (const std::string& text : texts_) {
    const std::size_t equals = text.find('=');
    const auto form = std::find(kForms.begin(), kForms.end(), text.substr(0, equals));
    if (equals == std::string::npos || equals + 1 == text.size() || form == kForms.end()) {
      return wrong_value("--report", "junit=FILE, tap=FILE, json=FILE or html=FILE", text);
    }
    Report report{static_cast<Form>(form - kForms.begin()), text.substr(equals + 1)};
    const bool taken = std::any_of(reports_.begin(), reports_.end(), [&](const Report& other) {
      return file_identity(other.path) == file_identity(report.path);
    });
    if (taken) {
      return Error{ErrorCode::usage,
                   fmt::format("--report: two reports cannot go to '{}'", report.path)};
    }
    if (auto error = check_report_path(report.path)) return error;
    reports_.push_back(std::move(report));
  }
  return std::nullopt;
}

std::optional<Error> RunReports::overwrites(const std::vector<KeptFile>& files) const {
  if (reports_.empty()) return std::nullopt;
  std::vector<std::string> identities;
  for (const Report& report : reports_) identities.push_back(file_identity(report.path));
  for (const KeptFile& file : files) {
    const auto which = which_harms(identities, file);
    if (!which) continue;
    return Error{ErrorCode::usage,
                 fmt::format("--report: '{}' {}", reports_[*which].path, file.why)};
  }
  return std::nullopt;
}

bool RunReports::need_sends() const {
  return std::any_of(reports_.begin(), reports_.end(), [](const Report& report) {
    return report.form == Form::json || report.form == Form::html;
  });
}

bool RunReports::to_stdout() const {
  return std::any_of(reports_.begin(), reports_.end(),
                     [](const Report& report) { return report.path == "-"; });
}

std::vector<std::string> RunReports::paths() const {
  std::vector<std::string> paths;
  for (const Report& report : reports_) paths.push_back(report.path);
  return paths;
}

std::optional<Error> RunReports::write(const SuiteResult& suite, const RunOptions& run) const {
  nlohmann::ordered_json document;
  if (need_sends()) {
    document =
        report_document(suite, {"roomle-sim " ROOMLE_SIM_VERSION, SystemClock().now(), &run});
  }
  std::optional<Error> first;
  for (const Report& report : reports_) {
    std::string text;
    switch (report.form) {
      case Form::junit:
        text = junit_xml(suite);
        break;
      case Form::tap:
        text = tap_text(suite);
        break;
      case Form::json:
        text = json_text(document, 2) + "\n";
        break;
      case Form::html:
        text = report_html(document);
        break;
    }
    auto error = write_report(text, report.path);
    if (error && !first) first = std::move(error);
  }
  return first;
}

}  // namespace roomle_sim
