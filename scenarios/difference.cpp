#include "scenarios/difference.h"

#include <map>

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using nlohmann::json;

const json* look_up(const json& object, const json::json_pointer& pointer) {
  // contains() is false and does not throw for a pointer that goes through a scalar or past a list.
  return object.contains(pointer) ? &object.at(pointer) : nullptr;
}

// Requests, or mails, that differ in the same way.
struct Alike {
  std::string actual;
  std::vector<std::size_t> numbers;  // from 1, rising
};

// "request 2", or "request 1; the same in requests 2–4, 7".
std::string which(std::string_view what, const std::vector<std::size_t>& numbers) {
  std::string text = fmt::format("{} {}", what, numbers.front());
  if (numbers.size() == 1) return text;
  text += fmt::format("; the same in {}{} ", what, numbers.size() > 2 ? "s" : "");
  for (std::size_t i = 1; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (i > 1) text += ", ";
    text +=
        last == i ? std::to_string(numbers[i]) : fmt::format("{}–{}", numbers[i], numbers[last]);
    i = last + 1;
  }
  return text;
}

class ObservationComparer {
 public:
  ObservationComparer(const json& observation, bool external, Comparison& into)
      : observation_(observation), external_(external), into_(into) {}

  void compare(const Check& check) {
    if (check.needs_endpoint && external_) {
      ++into_.not_checked;
    } else if (check.on == Check::On::delivery) {
      compare(check, observation_, check.name);
    } else if (check.on == Check::On::each_mail) {
      compare_each(check, json::json_pointer("/mail"), "mail");
    } else {
      compare_each(check, json::json_pointer("/received/requests"), "request");
    }
  }

 private:
  using json_pointer = json::json_pointer;

  void compare(const Check& check, const json& object, std::string name) {
    const json* actual = look_up(object, check.pointer);
    if (check.matcher.holds(actual)) return;
    into_.differences.push_back(
        {check.matcher.where, std::move(name), describe(check.matcher), describe_value(actual)});
  }

  void compare_each(const Check& check, const json_pointer& list, std::string_view what) {
    const json* items = look_up(observation_, list);
    if (items == nullptr || items->empty()) {
      into_.differences.push_back({check.matcher.where, check.name, describe(check.matcher),
                                   fmt::format("no {} at all", what)});
      return;
    }
    if (items->size() == 1) return compare(check, items->front(), check.name);
    // Who is wrong about all of them is told so once.
    std::vector<Alike> found;
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < items->size(); ++i) {
      const json* actual = look_up((*items)[i], check.pointer);
      if (check.matcher.holds(actual)) continue;
      const std::string shown = describe_value(actual);
      const auto [place, fresh] = places.emplace(shown, found.size());
      if (fresh) found.push_back({shown, {}});
      found[place->second].numbers.push_back(i + 1);
    }
    for (const Alike& one : found) {
      into_.differences.push_back({check.matcher.where,
                                   fmt::format("{} ({})", check.name, which(what, one.numbers)),
                                   describe(check.matcher), one.actual});
    }
  }

  const json& observation_;
  bool external_;
  Comparison& into_;
};

}  // namespace

Comparison compare(const Expectation& expectation, const json& observation, bool external) {
  Comparison comparison;
  ObservationComparer comparer(observation, external, comparison);
  for (const Check& check : expectation.checks) comparer.compare(check);
  return comparison;
}

}  // namespace roomle_sim
