// Where a reference leads to.
#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/credential_names.h"
#include "base/json_text.h"
#include "scenarios/value_expansion.h"

namespace roomle_sim {
namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kDeepestVariables = 100;  // a variable that needs one that needs one …

JsonNode text_node(std::string text, const Location& where) {
  JsonNode node;
  node.kind = Kind::string;
  node.string = std::move(text);
  node.where = where;
  return node;
}

const JsonNode* part_of(const JsonNode& value, const std::string& part) {
  if (value.is(Kind::object)) return value.find(part);
  if (!value.is(Kind::array) || part.size() > 6) return nullptr;
  if (part.find_first_not_of("0123456789") != std::string::npos) return nullptr;
  const std::size_t index = std::stoul(part);
  return index < value.items.size() ? &value.items[index] : nullptr;
}

}  // namespace

std::optional<ValueExpander::Resolved> ValueExpander::resolve(const Reference& reference,
                                                              const Location& where, Scope& scope) {
  if (reference.root() == "env") return resolve_environment(reference, where);
  if (reference.root() == "gen") return resolve_generated(reference, where);
  if (reference.root() == "delivery") return resolve_delivery(reference, where);
  const Scope::Found found = scope.find(reference.root());
  if (found.variable != nullptr) return resolve_variable(reference, where, found);
  if (captures_.contains(reference.root())) return resolve_capture(reference, where);
  if (reference.fallback) return resolved(text_node(*reference.fallback, where));
  report_unknown(reference, where, scope);
  return std::nullopt;
}

void ValueExpander::report_unknown(const Reference& reference, const Location& where,
                                   const Scope& scope) {
  if (names_missing_) return;
  if (all_captures_.contains(reference.root())) {
    mistake(
        where,
        fmt::format("there is no variable '{}' yet: a later step captures it", reference.root()),
        "it stands in the data of a send, and in what is expected, behind that step");
    return;
  }
  std::vector<std::string_view> names = scope.names();
  names.insert(names.end(), captures_.begin(), captures_.end());
  mistake(where,
          fmt::format("there is no variable '{}'{}", reference.root(),
                      did_you_mean(reference.root(), names)),
          names.empty() ? fmt::format("\"variables\": {{\"{0}\": …}}, or --variable {0}=VALUE",
                                      reference.root())
                        : fmt::format("one of: {}; or --variable {}=VALUE", fmt::join(names, ", "),
                                      reference.root()));
}

std::optional<ValueExpander::Resolved> ValueExpander::resolve_environment(
    const Reference& reference, const Location& where) {
  if (reference.path.size() != 2) {
    mistake(where, fmt::format("'{}' names no environment variable", reference.name()),
            "${env.NAME}");
    return std::nullopt;
  }
  const std::string& name = reference.path[1];
  std::optional<std::string> value = sources_.environment(name);
  // PWD is the shell's: the folder that it works in.
  if (value && holds_credentials(name) && name != "PWD") secret_values_.insert(*value);
  if (!value) value = reference.fallback;
  if (value) {
    hidden_ = true;
    return resolved(text_node(*std::move(value), where), true);
  }
  mistake(where, fmt::format("the environment variable '{}' is not set", name),
          fmt::format("one that is set, or a text instead of it: ${{env.{}:-TEXT}}", name));
  return std::nullopt;
}

std::optional<ValueExpander::Resolved> ValueExpander::resolve_generated(const Reference& reference,
                                                                        const Location& where) {
  const std::string kind = reference.path.size() == 2 ? reference.path[1] : "";
  const auto drawn = generators_ ? generators_->draw(kind) : std::nullopt;
  if (!drawn) {
    mistake(where,
            generators_ ? fmt::format("there is no generator '{}'{}", kind,
                                      did_you_mean(kind, Generators::kinds()))
                        : std::string("the seed of the generators cannot be generated"),
            fmt::format("${{gen.KIND}}, with one of: {}", fmt::join(Generators::kinds(), ", ")));
    return std::nullopt;
  }
  if (const auto* text = std::get_if<std::string>(&*drawn))
    return resolved(text_node(*text, where));
  return resolved(integer_node(std::get<std::int64_t>(*drawn), where));
}

std::optional<ValueExpander::Resolved> ValueExpander::resolve_delivery(const Reference& reference,
                                                                       const Location& where) {
  if (reference.path.size() != 2 || reference.path[1] != "id") {
    mistake(where, fmt::format("of a delivery there is no '{}' here", reference.name()),
            "${delivery.id}, or a step {\"capture\": {\"NAME\": \"/POINTER\"}} for the rest");
    return std::nullopt;
  }
  if (!any_delivery_) {
    if (!names_missing_) {
      mistake(where, "there is no delivery before this", "a step {\"send\": …} before it");
    }
    return std::nullopt;
  }
  return defer(reference, where);
}

std::optional<ValueExpander::Resolved> ValueExpander::resolve_capture(const Reference& reference,
                                                                      const Location& where) {
  if (reference.path.size() == 1) return defer(reference, where);
  mistake(where, fmt::format("'{}' is captured, and has no parts", reference.root()),
          "a step that captures the part under a name of its own");
  return std::nullopt;
}

std::optional<ValueExpander::Resolved> ValueExpander::defer(const Reference& reference,
                                                            const Location& where) {
  if (!may_defer_) {
    mistake(where,
            fmt::format("'{}' is known only while the scenario runs, and not yet here",
                        reference.name()),
            "it stands in the data of a send, and in what is expected");
    return std::nullopt;
  }
  return Resolved{{}, {}, true, false};
}

std::optional<ValueExpander::Resolved> ValueExpander::resolve_variable(const Reference& reference,
                                                                       const Location& where,
                                                                       const Scope::Found& found) {
  Variable& variable = *found.variable;
  (variable.given ? given_used_ : own_used_).insert(variable.name);
  if (!make_ready(variable, *found.scope, where)) return std::nullopt;
  const JsonNode* value = &variable.value;
  for (std::size_t i = 1; i < reference.path.size(); ++i) {
    const JsonNode* part = part_of(*value, reference.path[i]);
    if (part == nullptr) {
      if (reference.fallback) return resolved(text_node(*reference.fallback, where));
      report_no_part(reference, i, *value, where);
      return std::nullopt;
    }
    value = part;
  }
  hidden_ = hidden_ || variable.hidden;
  // An apiKey that stands in the file is none: it is in every token's plaintext.
  if (variable.given ? holds_credentials(variable.name) : holds_secrets(variable.name)) {
    note_secrets(*value, holds_secrets(variable.name));
  }
  return Resolved{*value, variable.size, false, variable.hidden};
}

// `numbers`: those too. A key's number is mostly none ("session_minutes": 1000).
void ValueExpander::note_secrets(const JsonNode& value, bool numbers) {
  if (value.is(Kind::string)) secret_values_.insert(value.string);
  if (numbers && (value.is(Kind::integer) || value.is(Kind::number))) {
    secret_values_.insert(json_text(value.to_json()));
  }
  for (const JsonNode& item : value.items) note_secrets(item, numbers);
  for (const JsonNode::Member& member : value.members) note_secrets(member.value, numbers);
}

void ValueExpander::report_no_part(const Reference& reference, std::size_t at,
                                   const JsonNode& value, const Location& where) {
  const std::vector<std::string> before(reference.path.begin(),
                                        reference.path.begin() + static_cast<std::ptrdiff_t>(at));
  std::vector<std::string_view> names;
  for (const JsonNode::Member& member : value.members) names.push_back(member.name);
  mistake(where,
          fmt::format("'{}' has no part '{}'{}", fmt::join(before, "."), reference.path[at],
                      did_you_mean(reference.path[at], names)),
          names.empty() ? fmt::format("it is {}", kind_name(value.kind))
                        : fmt::format("one of: {}", fmt::join(names, ", ")));
}

// Also those that nothing refers to, so that a mistake in one is always told.
void ValueExpander::make_ready(Scope& scope) {
  for (Variable& variable : scope.own()) make_ready(variable, scope, variable.value.where);
}

bool ValueExpander::make_ready(Variable& variable, Scope& scope, const Location& where) {
  if (variable.state == Variable::State::ready) return !variable.broken;
  if (variable.state == Variable::State::under_way || variables_deep_ >= kDeepestVariables) {
    mistake(where, variable.state == Variable::State::under_way
                       ? fmt::format("the variable '{}' needs itself", variable.name)
                       : fmt::format("a variable needs more than {} others", kDeepestVariables));
    return false;
  }
  variable.state = Variable::State::under_way;
  const std::size_t unresolved = unresolved_.size();
  const bool hidden = std::exchange(hidden_, holds_secrets(variable.name));
  const bool may_defer = std::exchange(may_defer_, false);
  const bool was_secret = std::exchange(secret_, secret_ || holds_secrets(variable.name));
  ++variables_deep_;
  // What comes from outside is taken to the letter.
  if (!variable.given) variable.value = expand(variable.value, scope, 0);
  --variables_deep_;
  secret_ = was_secret;
  may_defer_ = may_defer;
  variable.hidden = std::exchange(hidden_, hidden);
  variable.size = measure(variable.value);
  variable.broken = unresolved_.size() != unresolved;
  variable.state = Variable::State::ready;
  return !variable.broken;
}

}  // namespace roomle_sim
