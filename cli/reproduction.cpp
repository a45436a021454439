#include "cli/reproduction.h"

#include <algorithm>

#include <fmt/format.h>

#include "scenarios/masking.h"
#include "scenarios/shell_words.h"
#include "sender/credential_headers.h"

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
    text_ += fmt::format(" {}", shell_quoted(masking_.text(word)));
  }
  // NAME=VALUE or NAME: VALUE, the value left out where the name speaks of a credential.
  void add_named(const std::string& text, std::string_view separator) {
    const std::size_t at = text.find(separator);
    const std::string name = text.substr(0, at);
    if (at == std::string::npos || !holds_credentials(name)) return add(text);
    const std::size_t word = std::min(name.find_first_not_of('-'), name.size());
    text_ += fmt::format(" \"{}{}{}\"", name, separator, shell_variable(name.substr(word)));
  }
  void add_child(const std::vector<std::string>& words) {
    add("--");
    bool secret = false;  // the word before named one: --password abc
    for (const std::string& word : words) {
      if (secret) {
        text_ += " '…'";
      } else {
        add_named(word, "=");
      }
      secret = !secret && word.starts_with("-") && word.find('=') == std::string::npos &&
               holds_credentials(word);
    }
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
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
    line.add(filter_for(scenario.name));
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
