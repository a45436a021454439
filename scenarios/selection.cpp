#include "scenarios/selection.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

std::set<std::string> tags_of(const std::vector<Scenario>& scenarios) {
  std::set<std::string> tags;
  for (const Scenario& one : scenarios) tags.insert(one.tags.begin(), one.tags.end());
  return tags;
}

// What was meant by a tag that there is not: another one, or perhaps one of the prefixes.
std::string hint_for(const std::string& tag, const std::vector<std::string_view>& tags) {
  std::string hint = did_you_mean(tag, tags);
  const std::size_t colon = tag.find(':');
  if (!hint.empty() || colon == std::string::npos) return hint;
  hint = "; there are name:, file: and is:";
  const std::string_view prefix = closest(tag.substr(0, colon), {"name", "file", "is"});
  if (!prefix.empty()) hint += fmt::format(" (did you mean '{}{}'?)", prefix, tag.substr(colon));
  return hint;
}

}  // namespace

Result<Selection> select_scenarios(std::vector<Scenario> scenarios,
                                   const std::vector<Filter>& filters) {
  Selection selection;
  const std::set<std::string> tags = tags_of(scenarios);
  const std::vector<std::string_view> names(tags.begin(), tags.end());
  for (const Filter& filter : filters) {
    for (const std::string& tag : filter.tags()) {
      if (tags.contains(tag)) continue;
      selection.warnings.push_back(
          fmt::format("--filter: no scenario has the tag '{}'{}", tag, hint_for(tag, names)));
    }
  }
  for (Scenario& one : scenarios) {
    const bool wanted = std::all_of(filters.begin(), filters.end(),
                                    [&](const Filter& filter) { return filter.matches(one); });
    if (wanted) selection.scenarios.push_back(std::move(one));
  }
  if (!selection.scenarios.empty() || filters.empty()) return selection;
  std::string message = fmt::format("--filter: none of {} scenarios fits", scenarios.size());
  for (const std::string& warning : selection.warnings) message += "\n" + warning;
  message += tags.empty() ? std::string("\nno scenario has any tags")
                          : fmt::format("\nthe tags are: {}", fmt::join(tags, ", "));
  return Error{ErrorCode::usage, std::move(message)};
}

std::vector<std::string> unused_variables(const std::vector<Scenario>& scenarios,
                                          const std::vector<GivenVariable>& given) {
  std::set<std::string> used;
  std::set<std::string> own;
  for (const Scenario& one : scenarios) {
    used.insert(one.given_used.begin(), one.given_used.end());
    own.insert(one.own_used.begin(), one.own_used.end());
  }
  std::vector<std::string> sentences;
  for (const GivenVariable& one : given) {
    if (used.contains(one.name)) continue;
    // A file's own "variables" count behind it, so these are nearer: of a case, or in the steps.
    const std::string_view sentence =
        own.contains(one.name)
            ? "{}: where a scenario refers to '${{{}}}', its own cases or steps give it, and count "
              "first"
            : "{}: no scenario refers to '${{{}}}'";
    sentences.push_back(fmt::format(fmt::runtime(sentence), one.origin, one.name));
  }
  return sentences;
}

}  // namespace roomle_sim
