#include "scenarios/expansion.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "scenarios/include.h"
#include "scenarios/value_expansion.h"

namespace roomle_sim {
namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kMostSteps = 10'000;
constexpr std::size_t kMostIncludes = 1'000;  // a list may include two that include two that …
constexpr std::size_t kDeepestIncludes = 20;

// The members of a scenario that are used up before it is read.
bool is_used_up(std::string_view name) {
  return name == "variables" || name == "cases" || name == "include";
}

std::uint64_t hash(std::string_view text) {  // FNV-1a
  std::uint64_t value = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 0x100000001B3ULL;
  }
  return value;
}

// What steps capture, those of a `repeat` too.
void collect_captures(const JsonNode& steps, std::set<std::string>& into) {
  for (const JsonNode& step : steps.items) {
    if (const JsonNode* capture = step.find("capture")) {
      for (const JsonNode::Member& member : capture->members) into.insert(member.name);
    }
    if (const JsonNode* inner = step.find("steps")) collect_captures(*inner, into);
  }
}

class Expander {
 public:
  Expander(const ExpansionOptions& options, Diagnostics& diagnostics)
      : options_(options), diagnostics_(diagnostics), values_(*options.sources, diagnostics) {
    if (options.names_missing) values_.set_names_missing();
  }

  Expansion run(const JsonNode& root, Scope& scope) {
    values_.set_generators(Generators(random_of(root, scope)));
    std::set<std::string> captures;
    if (const JsonNode* steps = root.find("steps")) collect_captures(*steps, captures);
    values_.set_all_captures(std::move(captures));
    values_.make_ready(scope);
    expansion_.root = shell_of(root);
    for (const JsonNode::Member& member : root.members) {
      if (is_used_up(member.name)) continue;
      if (member.name == "steps" && member.value.is(Kind::array)) {
        JsonNode steps = shell_of(member.value);
        expand_steps(member.value, scope, steps.items);
        if (done()) note_gap();
        expansion_.root.members.push_back({member.name, member.name_where, std::move(steps)});
      } else {
        values_.add_member(member, scope, 1, expansion_.root);
      }
    }
    expansion_.replacements = values_.replacements();
    expansion_.unresolved = values_.unresolved();
    expansion_.given_used = values_.given_used();
    expansion_.own_used = values_.own_used();
    expansion_.secrets = values_.secrets();
    return std::move(expansion_);
  }

 private:
  // The customers of a scenario are its own: another name, case or seed gives others.
  Random random_of(const JsonNode& root, Scope& scope) {
    std::uint64_t seed = 1;
    const JsonNode* node = root.find("seed");
    if (options_.seed) {
      seed = *options_.seed;
    } else if (node != nullptr) {
      const JsonNode value = values_.expand(*node, scope, 1);
      if (value.is(Kind::integer)) seed = static_cast<std::uint64_t>(value.integer);
    }
    const JsonNode* name = root.find("name");
    return Random(seed).split(name == nullptr ? 0 : hash(name->string)).split(options_.number);
  }

  void report(const Location& where, std::string message, std::string expected = {}) {
    diagnostics_.add(where, std::move(message), std::move(expected));
  }

  // Steps are missing here. What follows may speak of what they send and capture.
  void note_gap() {
    if (!expansion_.gap) expansion_.gap = expansion_.origins.size();
    values_.set_names_missing();
  }

  // A value that says what steps there are; nothing where its references lead nowhere.
  std::optional<JsonNode> expand_known(const JsonNode& node, Scope& scope) {
    const std::size_t unresolved = values_.unresolved().size();
    JsonNode value = values_.expand(node, scope, 3);
    return values_.unresolved().size() == unresolved ? std::optional(std::move(value))
                                                     : std::nullopt;
  }

  // What follows is not worth reading.
  [[nodiscard]] bool done() const { return too_many_ || values_.exhausted(); }

  // False, and told once, where there are too many.
  bool count(std::size_t& counter, std::size_t most, const JsonNode& at, std::string_view what) {
    if (++counter <= most) return true;
    if (!std::exchange(too_many_, true)) {
      report(at.where, fmt::format("there are more than {} {}", most, what));
    }
    return false;
  }

  void expand_steps(const JsonNode& list, Scope& scope, std::vector<JsonNode>& into) {
    for (const JsonNode& step : list.items) {
      if (done()) return;
      if (step.find("repeat") != nullptr) {
        repeat(step, scope, into);
      } else if (step.find("include") != nullptr) {
        include(step, scope, into);
      } else if (count(steps_, kMostSteps, step, "steps")) {
        into.push_back(expand_step(step, scope));
        expansion_.origins.push_back(origin_);
      }
    }
  }

  JsonNode expand_step(const JsonNode& step, Scope& scope) {
    if (!step.is(Kind::object)) return values_.expand(step, scope, 2);
    JsonNode result = shell_of(step);
    for (const JsonNode::Member& member : step.members) {
      if (member.name == "expect" && member.value.is(Kind::object)) {
        result.members.push_back({member.name, member.name_where, shell_of(member.value)});
        expand_values(member.value, scope, {"of", "within"}, result.members.back().value);
      } else if (member.name == "data" && member.value.is(Kind::object)) {
        result.members.push_back({member.name, member.name_where, shell_of(member.value)});
        expand_values(member.value, scope, {}, result.members.back().value);
      } else {
        values_.add_member(member, scope, 3, result);
      }
    }
    if (step.find("send") != nullptr) values_.add_delivery();
    if (const JsonNode* capture = step.find("capture")) take_captures(*capture, scope);
    return result;
  }

  // Who is sent to, and when, must be known before; what is sent and expected may not be.
  void expand_values(const JsonNode& node, Scope& scope,
                     const std::vector<std::string_view>& known_before, JsonNode& into) {
    for (const JsonNode::Member& member : node.members) {
      values_.set_may_defer(std::find(known_before.begin(), known_before.end(), member.name) ==
                            known_before.end());
      values_.add_member(member, scope, 4, into);
    }
    values_.set_may_defer(false);
  }

  void take_captures(const JsonNode& capture, Scope& scope) {
    for (const JsonNode::Member& member : capture.members) {
      if (scope.find(member.name).variable != nullptr) {
        report(member.name_where, fmt::format("a variable is called '{}' already", member.name),
               "a name of its own");
      }
      values_.add_capture(member.name);
    }
  }

  void repeat(const JsonNode& step, Scope& scope, std::vector<JsonNode>& into) {
    ObjectReader reader(step, diagnostics_, "a repeat");
    const auto over = expand_known(*reader.optional("repeat"), scope);
    const std::string name = read_name(reader);
    const JsonNode* variables = reader.optional("variables");
    const JsonNode* steps = reader.required("steps");
    reader.finish();
    const std::size_t rounds = over ? rounds_of(*over) : 0;
    const bool is_list = steps != nullptr && steps->is(Kind::array);
    if (steps != nullptr && !is_list) report(steps->where, "the steps are no list", "[ … ]");
    if (rounds == 0 || !is_list) return note_gap();
    expand_rounds({*over, rounds, name, variables, *steps}, scope, into);
  }

  struct Rounds {
    const JsonNode& over;
    std::size_t count;
    std::string name;           // of the variable; may be empty
    const JsonNode* variables;  // null: none
    const JsonNode& steps;
  };
  void expand_rounds(const Rounds& rounds, Scope& scope, std::vector<JsonNode>& into) {
    const JsonNode& over = rounds.over;
    const StepOriginPtr around = origin_;
    bool fine = true;  // else the next round would only tell the same
    for (std::size_t i = 0; i < rounds.count && fine && !done(); ++i) {
      const JsonNode number = integer_node(static_cast<std::int64_t>(i) + 1, over.where);
      Scope inner(&scope);
      inner.define_ready("index", number);
      if (!rounds.name.empty()) {
        inner.define_ready(rounds.name, over.is(Kind::array) ? over.items[i] : number);
      }
      origin_ = round_of(around, i, rounds.name, over);
      fine = expand_inner(rounds.steps, rounds.variables, inner, into);
    }
    origin_ = around;
  }

  static StepOriginPtr round_of(const StepOriginPtr& around, std::size_t index,
                                const std::string& name, const JsonNode& over) {
    // A longer one is left out rather than cut: of a part of a secret nobody knows that it is one.
    constexpr std::size_t kLongest = 60;
    StepOrigin round{around, fmt::format("round {}", index + 1), {}, true};
    if (over.is(Kind::array)) {
      const std::string value = json_text(over.items[index].to_json());
      if (value.size() <= kLongest) {
        round.value = name.empty() ? value : fmt::format("{} = {}", name, value);
      }
    }
    return std::make_shared<const StepOrigin>(std::move(round));
  }

  // The variable that `as` names; empty: none, or a mistake.
  std::string read_name(ObjectReader& reader) {
    const JsonNode* as = reader.optional("as");
    if (as == nullptr) return {};
    const auto name = read_string(*as, diagnostics_);
    if (!name || can_be_called(*name)) return name.value_or("");
    reader.report(*as, fmt::format("no variable can be called '{}'", *name),
                  std::string(kVariableNames));
    return {};
  }

  // None: a mistake.
  std::size_t rounds_of(const JsonNode& over) {
    if (over.is(Kind::array)) {
      if (over.items.empty()) report(over.where, "there is nothing to repeat for");
      return over.items.size();
    }
    if (over.is(Kind::string)) {
      report(over.where, fmt::format("'{}' says not how often", over.string),
             "a whole number, or a list of values");
      return 0;
    }
    const auto rounds = read_integer(over, diagnostics_, 1, kMostSteps);
    return static_cast<std::size_t>(rounds.value_or(0));
  }

  void include(const JsonNode& step, Scope& scope, std::vector<JsonNode>& into) {
    ObjectReader reader(step, diagnostics_, "an include");
    const auto path = expand_known(*reader.optional("include"), scope);
    const JsonNode* variables = reader.optional("variables");
    reader.finish();
    const auto name = path ? read_string(*path, diagnostics_) : std::nullopt;
    const bool counts = name && count(included_, kMostIncludes, step, "includes");
    const std::optional<JsonNode> file = counts ? load_steps(*path, *name) : std::nullopt;
    if (!file) return note_gap();
    Scope inner(&scope);
    includes_.push_back(file->where.source->name);
    const StepOriginPtr around = origin_;
    origin_ = std::make_shared<const StepOrigin>(
        StepOrigin{around, fmt::format("included at {}", describe(path->where)), {}, false});
    expand_inner(*file, variables, inner, into);
    origin_ = around;
    includes_.pop_back();
  }

  // False on a mistake in it.
  bool expand_inner(const JsonNode& steps, const JsonNode* variables, Scope& inner,
                    std::vector<JsonNode>& into) {
    const std::size_t mistakes = diagnostics_.size();
    if (variables != nullptr && !inner.define_all(*variables, diagnostics_)) {
      values_.set_names_missing();
    }
    values_.make_ready(inner);
    expand_steps(steps, inner, into);
    return diagnostics_.size() == mistakes;
  }

  std::optional<JsonNode> load_steps(const JsonNode& node, const std::string& name) {
    const std::string path = path_beside(node.where, name);
    const bool again = std::find(includes_.begin(), includes_.end(), path) != includes_.end();
    if (again || includes_.size() >= kDeepestIncludes) {
      report(node.where, fmt::format("'{}' is included by itself", path),
             fmt::format("the way is: {}", fmt::join(includes_, ", ")));
      return std::nullopt;
    }
    expansion_.included.insert(path);
    std::optional<JsonNode> file = load_included(node.where, path, *options_.sources, diagnostics_);
    if (file && !file->is(Kind::array)) {
      report(file->where,
             fmt::format("{} stands where a list of steps is expected", kind_name(file->kind)),
             fmt::format("[ {{\"send\": …}}, … ], as it is included at {}", describe(node.where)));
      return std::nullopt;
    }
    return file;
  }

  const ExpansionOptions& options_;
  Diagnostics& diagnostics_;
  ValueExpander values_;
  Expansion expansion_;
  std::vector<std::string> includes_;  // the files that are being included now
  StepOriginPtr origin_;               // of the steps that come now
  std::size_t steps_ = 0;
  std::size_t included_ = 0;
  bool too_many_ = false;
};

}  // namespace

Expansion expand(const JsonNode& root, Scope& scope, const ExpansionOptions& options,
                 Diagnostics& diagnostics) {
  return Expander(options, diagnostics).run(root, scope);
}

}  // namespace roomle_sim
