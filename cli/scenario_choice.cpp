#include "cli/scenario_choice.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/command.h"
#include "scenarios/file_identity.h"
#include "scenarios/filter.h"
#include "scenarios/selection.h"

namespace roomle_sim {
namespace {

// A folder of somebody's program may hold thousands.
void tell_passed_over(Console& console, const std::vector<FoundFiles::Other>& others) {
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < std::min(kShown, others.size()); ++i) {
    console.message(
        fmt::format("{}: passed over: {}", printable(others[i].path), describe(others[i].kind)));
  }
  if (others.size() > kShown) {
    console.message(fmt::format("and {} more files that are no scenarios", others.size() - kShown));
  }
}

// What a scenario includes was not passed over, wherever it lies, and whether all is right or not.
std::vector<FoundFiles::Other> not_read(std::vector<FoundFiles::Other> others,
                                        const std::set<std::string>& files) {
  std::set<std::string> read;
  for (const std::string& path : files) read.insert(file_identity(path));
  std::erase_if(
      others, [&](const FoundFiles::Other& one) { return read.contains(file_identity(one.path)); });
  return others;
}

void note_files(LoadOptions& options, std::set<std::string>& files) {
  options.files = &files;
  options.sources.file = [&files, read = options.sources.file](const std::string& path) {
    files.insert(path);
    return read(path);
  };
}

}  // namespace

void ScenarioChoice::add_to(Command& command) {
  command.add_option("--variable", variables_, "What ${NAME} is in the scenarios (repeatable)")
      .type_name("NAME=VALUE")
      .one_value_each();
  command
      .add_option("--variables-file", variables_files_,
                  "The same, from lines of NAME=VALUE or a JSON object (repeatable)")
      .type_name("FILE")
      .one_value_each();
  command
      .add_option("--filter", filters_,
                  "Only those with these tags: 'a and not (b or name:TEXT)' (repeatable)")
      .type_name("EXPRESSION")
      .one_value_each();
}

Result<LoadOptions> ScenarioChoice::load_options(std::optional<std::uint64_t> seed) const {
  LoadOptions options;
  options.seed = seed;
  for (const std::string& path : variables_files_) {
    auto variables = read_variables_file(path);
    if (!variables) return variables.error();
    options.variables.insert(options.variables.end(), variables->begin(), variables->end());
  }
  for (const std::string& text : variables_) {
    auto variable = read_given_variable(text);
    if (!variable) return variable.error();
    options.variables.push_back(*std::move(variable));
  }
  return options;
}

Result<std::vector<Scenario>> ScenarioChoice::load(const std::vector<std::string>& paths,
                                                   std::optional<std::uint64_t> seed,
                                                   Console& console, ChosenFiles& files) const {
  std::vector<Filter> filters;
  for (const std::string& text : filters_) {
    auto filter = Filter::parse(text);
    if (!filter) return filter.error();
    filters.push_back(*std::move(filter));
  }
  files.read.insert(variables_files_.begin(), variables_files_.end());
  Result<LoadOptions> options = load_options(seed);
  if (!options) return options.error();
  note_files(*options, files.read);
  const auto found = find_scenario_files(paths);
  if (!found) return found.error();
  files.passed_over = found->passed_over;
  auto scenarios = load_scenarios(found->scenarios, *options);
  tell_passed_over(console, not_read(found->passed_over, files.read));
  if (!scenarios) return scenarios.error();
  for (const std::string& sentence : unused_variables(*scenarios, options->variables)) {
    console.message(printable(sentence));
  }
  auto selection = select_scenarios(*std::move(scenarios), filters);
  if (!selection) return selection.error();
  for (const std::string& warning : selection->warnings) console.message(printable(warning));
  for (const Scenario& scenario : selection->scenarios) {
    if (!scenario.warnings.empty()) console.message(scenario.warnings);
  }
  return std::move(selection->scenarios);
}

}  // namespace roomle_sim
