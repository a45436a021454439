#include "scenarios/difference.h"

#include <fmt/format.h>

namespace roomle_sim {
namespace {

using nlohmann::json;

const json* look_up(const json& object, const json::json_pointer& pointer) {
  // contains() is false and does not throw for a pointer that goes through a scalar or past a list.
  return object.contains(pointer) ? &object.at(pointer) : nullptr;
}

class Comparer {
 public:
  Comparer(const json& observation, bool external, Comparison& into)
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
    for (std::size_t i = 0; i < items->size(); ++i) {
      const bool several = items->size() > 1;
      compare(check, (*items)[i],
              several ? fmt::format("{} ({} {})", check.name, what, i + 1) : check.name);
    }
  }

  const json& observation_;
  bool external_;
  Comparison& into_;
};

}  // namespace

Comparison compare(const Expectation& expectation, const json& observation, bool external) {
  Comparison comparison;
  Comparer comparer(observation, external, comparison);
  for (const Check& check : expectation.checks) comparer.compare(check);
  return comparison;
}

}  // namespace roomle_sim
