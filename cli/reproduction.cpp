#include "cli/reproduction.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/credential_names.h"
#include "scenarios/masking.h"
#include "scenarios/shell_words.h"

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

  void add(std::string_view word) {
    text_ += fmt::format(" {}", shell_quoted_masked(masking_.text(without_url_credentials(word))));
  }
  // To the letter: what is masked in it was so when it was read.
  void add_shown(std::string_view word) { text_ += fmt::format(" {}", shell_quoted(word)); }
  // NAME=VALUE or NAME: VALUE, the value left out where the name speaks of a credential.
  void add_named(const std::string& text, std::string_view separator) {
    const std::size_t at = text.find(separator);
    const std::string name = text.substr(0, at);
    const bool in_url = name.find("://") != std::string::npos;
    if (at == std::string::npos || in_url || !holds_credentials(name)) return add(text);
    text_ += fmt::format(" \"{}{}{}\"", name, separator, variable_of(name));
  }
  void add_child(const std::vector<std::string>& words) {
    add("--");
    std::string before;  // it named a secret: --password abc
    for (const std::string& word : words) {
      if (before.empty()) {
        add_named(word, "=");
      } else {
        text_ += fmt::format(" \"{}\"", variable_of(before));
      }
      const bool names_one = before.empty() && word.starts_with("-") &&
                             word.find('=') == std::string::npos && holds_credentials(word);
      before = names_one ? word : "";
    }
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  static std::string variable_of(const std::string& name) {
    return shell_variable(name.substr(std::min(name.find_first_not_of('-'), name.size())));
  }

  Masking masking_;
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
