#include "cli/reproduction.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/credential_names.h"
#include "cli/command_secrets.h"
#include "scenarios/left_out.h"

namespace roomle_sim {
namespace {

// A text that the filter takes for exactly this name.
std::string filter_for(const std::string& name) {
  std::string filter = "is:\"";
  for (const char c : name) filter += c == '"' ? std::string("\"\"") : std::string(1, c);
  return filter + "\"";
}

class Line {
 public:
  explicit Line(Masking masking) : masking_(std::move(masking)) {}

  // `known`: what else is a secret in it.
  void add(std::string_view word, std::vector<LeftOut> known = {}) {
    const std::vector<LeftOut> found = left_out_of(word, masking_);
    known.insert(known.end(), found.begin(), found.end());
    text_ += fmt::format(" {}", shell_quoted_without(word, std::move(known), variables_));
  }
  // To the letter: what is masked in it was so when it was read.
  void add_shown(std::string_view word) { text_ += fmt::format(" {}", shell_quoted(word)); }
  // NAME=VALUE or NAME: VALUE, the value left out where the name speaks of a credential.
  void add_named(const std::string& text, std::string_view separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string::npos || !holds_credentials(text.substr(0, at))) return add(text);
    const std::size_t behind = at + separator.size();
    const std::size_t value =
        separator == ":" ? std::min(text.find_first_not_of(' ', behind), text.size()) : behind;
    if (value == text.size()) return add(text);
    add(text, {{{value, text.size()}, text.substr(0, at)}});
  }
  void add_child(const std::vector<std::string>& words) {
    add("--");
    std::string before;  // it named a secret: --password abc
    for (const std::string& word : words) {
      if (!before.empty() && !word.empty()) {
        add(word, {{{0, word.size()}, before}});
        before.clear();
      } else {
        add(word, secrets_of_word(word));
        before = names_next_word(word) ? word.substr(word.find_first_not_of('-')) : "";
      }
    }
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  Masking masking_;
  ShellVariables variables_;
  std::string text_ = "roomle-sim run";
};

}  // namespace

std::string reproduction(const ScenarioResult& result, const ReproductionFlags& flags,
                         const RunOptions& run) {
  const Scenario& scenario = *result.scenario;
  Line line(Masking(scenario, run));
  line.add(scenario.path == "<stdin>" ? "-" : scenario.path);
  if (scenario.cases > 1) {
    line.add("--filter");
    line.add_shown(filter_for(scenario.name));
  }
  line.add("--seed");
  line.add(std::to_string(result.seed));
  for (const std::string& file : flags.variables_files) {
    line.add("--variables-file");
    line.add(file);
  }
  for (const std::string& variable : flags.variables) {
    if (!scenario.given_used.contains(variable.substr(0, variable.find('=')))) continue;
    line.add("--variable");
    line.add_named(variable, "=");
  }
  for (const std::string& header : flags.headers) {
    line.add("-H");
    line.add_named(header, ":");
  }
  for (const std::string& word : flags.others) line.add(word);
  if (flags.child) line.add_child(*flags.child);
  return std::move(line).take();
}

}  // namespace roomle_sim
