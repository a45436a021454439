// From a file to its scenarios: includes, cases, variables, and then the reader.
#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "scenarios/cases.h"
#include "scenarios/expansion.h"
#include "scenarios/file_kind.h"
#include "scenarios/include.h"
#include "scenarios/masking.h"
#include "scenarios/scenario.h"
#include "scenarios/scenario_reader.h"
#include "scenarios/template_text.h"
#include "scenarios/unused_endpoints.h"

namespace roomle_sim {
namespace {

bool is_same(const Location& a, const Location& b) {
  return a.source == b.source && a.offset == b.offset;
}

// A file of another kind would only be told every member that it has and lacks.
bool is_for_another_command(const JsonNode& root, Diagnostics& diagnostics) {
  const FileKind kind = kind_of(root);
  const std::string_view command = command_for(kind);
  if (command.empty()) return false;
  diagnostics.add(root.where, fmt::format("{}, and not like a scenario", describe(kind)),
                  std::string(command));
  return true;
}

class FileReader {
 public:
  explicit FileReader(const LoadOptions& options) : options_(options) {}

  Result<std::vector<Scenario>> read(const Source& source) {
    std::optional<JsonNode> root = parse_json(source, diagnostics_);
    if (root && !is_for_another_command(*root, diagnostics_)) {
      WithIncludes whole =
          take_includes(*std::move(root), options_.sources, diagnostics_, included_);
      root_ = std::move(whole.root);
      complete_ = whole.complete;
      note_files(included_);
      read_all();
      warn();
    }
    if (diagnostics_.empty()) return std::move(scenarios_);
    return Error{ErrorCode::bad_input, rendered(diagnostics_)};
  }

 private:
  // With the first of its cases: it is said once of the file.
  void warn() {
    const std::string warnings = endpoints_.warnings();
    if (warnings.empty() || scenarios_.empty()) return;
    std::string& all = scenarios_.front().warnings;
    all += (all.empty() ? "" : "\n") + warnings;
  }

  void read_all() {
    const JsonNode* cases = root_.find("cases");
    if (cases == nullptr) return read_one(nullptr);
    rows_ = read_cases(*cases, diagnostics_);
    for (const Case& row : rows_) read_one(&row);
    for (Scenario& scenario : scenarios_) scenario.cases = scenarios_.size();
    name_cases();
  }

  void read_one(const Case* row) {
    Diagnostics mistakes;
    Scope scope;
    bool names_missing = !complete_;
    if (const JsonNode* variables = root_.find("variables")) {
      names_missing = !scope.define_all(*variables, mistakes) || names_missing;
    }
    for (const GivenVariable& given : options_.variables) {
      scope.define(given.name, given.value, true);
    }
    if (row != nullptr) {
      for (const JsonNode::Member& member : row->variables.members) {
        scope.define(member.name, member.value);
      }
    }
    Expansion expansion =
        expand(root_, scope, {&options_.sources, options_.seed, scenarios_.size(), names_missing},
               mistakes);
    const std::size_t expanded = mistakes.size();
    Scenario scenario = read_scenario(expansion, complete_, mistakes, options_.sources);
    take_mistakes(mistakes, expanded, expansion, row);
    if (mistakes.empty() && complete_) scenario.warnings = find_warnings(scenario, expansion.root);
    scenario.given_used = std::move(expansion.given_used);
    scenario.own_used = std::move(expansion.own_used);
    endpoints_.note(scenario, expansion.root);
    scenario.included.insert(expansion.included.begin(), expansion.included.end());
    scenario.included.insert(included_.begin(), included_.end());
    note_files(scenario.included);
    for (const std::string& value : expansion.secrets) scenario.secrets.emplace_back(value);
    // Here already, so that filters, recordings and reports know it under one name.
    scenario.name = Masking(scenario, RunOptions()).text(scenario.name);
    if (row != nullptr) scenario.where = row->where;
    scenarios_.push_back(std::move(scenario));
  }

  void note_files(const std::set<std::string>& files) const {
    if (options_.files != nullptr) options_.files->insert(files.begin(), files.end());
  }

  [[nodiscard]] bool names_differ() const {
    std::set<std::string_view> names;
    for (const Scenario& scenario : scenarios_) names.insert(scenario.name);
    return names.size() == scenarios_.size();
  }

  // A name that has the rows' values in it already says enough. One that has other variables, or
  // such values as are masked, does not.
  void name_cases() {
    const JsonNode* name = root_.find("name");
    if (name == nullptr || scenarios_.size() != rows_.size()) return;
    if (has_references(name->string) && names_differ()) return;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Scenario& scenario = scenarios_[i];
      scenario.name += fmt::format(" [{}]", Masking(scenario, RunOptions()).text(rows_[i].label));
    }
    if (names_differ()) return;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      scenarios_[i].name += fmt::format(" [case {}]", i + 1);
    }
  }

  // Each mistake once, though every case may have it, with what stands there where it is a
  // variable's value.
  void take_mistakes(const Diagnostics& mistakes, std::size_t expanded, const Expansion& expansion,
                     const Case* row) {
    for (std::size_t i = 0; i < mistakes.all().size(); ++i) {
      Diagnostic one = mistakes.all()[i];
      const bool told = std::any_of(expansion.unresolved.begin(), expansion.unresolved.end(),
                                    [&](const Location& at) { return is_same(at, one.where); });
      if (told && i >= expanded) continue;
      if (!seen_.emplace(one.where.source.get(), one.where.offset, one.message).second) continue;
      hide_secrets(one, expansion);
      std::string hint = hint_for(one.where, expansion);
      if (row != nullptr && rows_.size() > 1) {
        hint += fmt::format("{}in the case '{}'", hint.empty() ? "" : ", ", row->label);
      }
      if (!hint.empty()) one.expected += one.expected.empty() ? hint : fmt::format(" ({})", hint);
      diagnostics_.add(std::move(one.where), std::move(one.message), std::move(one.expected));
    }
  }

  // The reader shows what a word was that it does not know.
  static void hide_secrets(Diagnostic& one, const Expansion& expansion) {
    for (const Replacement& replacement : expansion.replacements) {
      if (replacement.secret.empty() || !is_same(replacement.where, one.where)) continue;
      for (std::string* text : {&one.message, &one.expected}) {
        for (std::size_t at = text->find(replacement.secret); at != std::string::npos;
             at = text->find(replacement.secret, at + 3)) {
          text->replace(at, replacement.secret.size(), "***");
        }
      }
    }
  }

  static std::string hint_for(const Location& where, const Expansion& expansion) {
    const auto found = std::find_if(
        expansion.replacements.rbegin(), expansion.replacements.rend(),
        [&](const auto& one) { return !one.hint.empty() && is_same(one.where, where); });
    return found == expansion.replacements.rend() ? std::string() : found->hint;
  }

  const LoadOptions& options_;
  Diagnostics diagnostics_;
  JsonNode root_;
  bool complete_ = true;            // what it includes is in it
  std::set<std::string> included_;  // in the scenario itself; others are in its steps
  std::vector<Case> rows_;
  std::vector<Scenario> scenarios_;
  UnusedEndpoints endpoints_;
  std::set<std::tuple<const SourceText*, std::size_t, std::string>> seen_;
};

Result<Scenario> only_one(Result<std::vector<Scenario>> scenarios) {
  if (!scenarios) return scenarios.error();
  if (scenarios->size() == 1) return std::move(scenarios->front());
  return Error{ErrorCode::bad_input, fmt::format("{}: there are {} cases, where one is expected",
                                                 scenarios->front().path, scenarios->size())};
}

}  // namespace

Result<std::vector<Scenario>> parse_scenarios(const Source& source, const LoadOptions& options) {
  return FileReader(options).read(source);
}

Result<std::vector<Scenario>> load_scenario_file(const std::string& path,
                                                 const LoadOptions& options) {
  if (options.files != nullptr) options.files->insert(path);
  const Result<Source> source = read_source(path);
  if (!source) return source.error();
  return parse_scenarios(*source, options);
}

Result<Scenario> parse_scenario(const Source& source, const SecretSources& sources) {
  LoadOptions options;
  options.sources = sources;
  return only_one(parse_scenarios(source, options));
}

Result<Scenario> load_scenario(const std::string& path) {
  return only_one(load_scenario_file(path));
}

}  // namespace roomle_sim
