#include "scenarios/value_expansion.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace roomle_sim {
namespace {

using Kind = JsonNode::Kind;

// Far more than anybody writes, and little enough for a file that was made to blow up: a variable
// may hold two of another, which holds two of a third, …
constexpr std::size_t kMostNodes = 1'000'000;
constexpr std::size_t kMostText = 16 * 1024 * 1024;
constexpr std::size_t kDeepestValue = 200;  // as the parser has it

}  // namespace

void ValueExpander::mistake(const Location& where, std::string message, std::string expected) {
  diagnostics_.add(where, std::move(message), std::move(expected));
}

// False, and told once, where the result has become too large.
bool ValueExpander::afford(const Location& where, const Measure& size) {
  nodes_ += size.nodes;
  text_ += size.text;
  if (nodes_ <= kMostNodes && text_ <= kMostText) return true;
  if (!std::exchange(exhausted_, true)) {
    mistake(where, "with its variables filled in, the scenario grows beyond all measure",
            fmt::format("at most {} values and 16 MiB of text", kMostNodes));
  }
  return false;
}

JsonNode ValueExpander::expand(const JsonNode& node, Scope& scope, std::size_t depth) {
  if (!afford(node.where, {1, node.string.size(), 0})) return shell_of(node);
  if (node.is(Kind::string)) return expand_text(node, scope, depth);
  if (!node.is(Kind::array) && !node.is(Kind::object)) return node;
  JsonNode result = shell_of(node);
  for (const JsonNode& item : node.items) {
    result.items.push_back(expand(item, scope, depth + 1));
  }
  for (const JsonNode::Member& member : node.members) {
    add_member(member, scope, depth + 1, result);
  }
  return result;
}

void ValueExpander::add_member(const JsonNode::Member& member, Scope& scope, std::size_t depth,
                               JsonNode& into) {
  if (has_references(member.name)) {
    mistake(member.name_where, "a member's name has no variables in it",
            "the name itself; variables stand in values");
  }
  const bool was_secret = secret_;
  secret_ = secret_ || holds_secrets(member.name);
  into.members.push_back({member.name, member.name_where, expand(member.value, scope, depth)});
  secret_ = was_secret;
}

JsonNode ValueExpander::expand_text(const JsonNode& node, Scope& scope, std::size_t depth) {
  if (!has_references(node.string)) return node;
  const auto parts = split_text(node.string);
  if (!parts) {
    mistake(place_of_reference(node, parts.error().number), parts.error().message,
            parts.error().expected);
    unresolved_.push_back(node.where);
    return node;
  }
  if (parts->size() == 1 && parts->front().reference) {
    return expand_whole(node, *parts->front().reference, scope, depth);
  }
  return expand_mixed(node, *parts, scope);
}

// A text that is nothing but a reference becomes its value, of whatever kind it is.
JsonNode ValueExpander::expand_whole(const JsonNode& node, const Reference& reference, Scope& scope,
                                     std::size_t depth) {
  const Location where = place_of_reference(node, 0);
  std::optional<Resolved> resolved = resolve(reference, where, scope);
  if (!resolved) {
    unresolved_.push_back(node.where);
    return node;
  }
  if (resolved->deferred) {
    JsonNode text = node;
    text.deferred = true;
    return text;
  }
  if (!afford(where, resolved->size)) return shell_of(node);
  if (depth + resolved->size.depth > kDeepestValue) {
    mistake(where, fmt::format("with its variables filled in, this is nested more than {} deep",
                               kDeepestValue));
    return shell_of(node);
  }
  note(node.where, reference, *resolved);
  resolved->value.where = node.where;
  return std::move(resolved->value);
}

JsonNode ValueExpander::expand_mixed(const JsonNode& node, const std::vector<TextPart>& parts,
                                     Scope& scope) {
  JsonNode result = shell_of(node);
  std::string later;  // the same, for when it has to be filled in once more
  std::size_t number = 0;
  for (const TextPart& part : parts) {
    if (!part.reference) {
      result.string += part.literal;
      later += escape_references(part.literal);
      continue;
    }
    const Location where = place_of_reference(node, number++);
    const std::optional<Resolved> resolved = resolve(*part.reference, where, scope);
    if (resolved && resolved->deferred) {
      result.deferred = true;
      later += fmt::format("${{{}}}", part.reference->name());
      continue;
    }
    const std::optional<std::string> text =
        resolved ? text_of(*resolved, *part.reference, where) : std::nullopt;
    if (!text) {
      unresolved_.push_back(node.where);
      return node;
    }
    if (!afford(node.where, {0, text->size(), 0})) return result;
    if (resolved->hidden) replacements_.push_back({node.where, "", *text});
    result.string += *text;
    later += escape_references(*text);
  }
  if (result.deferred) result.string = std::move(later);
  return result;
}

std::optional<std::string> ValueExpander::text_of(const Resolved& resolved,
                                                  const Reference& reference,
                                                  const Location& where) {
  const JsonNode& value = resolved.value;
  switch (value.kind) {
    case Kind::string:
      return value.string;
    case Kind::boolean:
    case Kind::integer:
    case Kind::number:
      return json_text(value.to_json());
    case Kind::null:
    case Kind::array:
    case Kind::object:
      break;
  }
  mistake(where,
          fmt::format("'{}' is {}, and stands in a text", reference.name(), kind_name(value.kind)),
          "a text, a number, or true or false; or nothing beside it: \"${…}\"");
  return std::nullopt;
}

void ValueExpander::note(const Location& where, const Reference& reference,
                         const Resolved& resolved) {
  const JsonNode& value = resolved.value;
  std::string shown(kind_name(value.kind));
  constexpr std::size_t kShown = 60;
  if (!resolved.hidden && !secret_ && value.string.size() <= kShown && value.items.empty() &&
      value.members.empty()) {
    shown = json_text(value.to_json());
  }
  replacements_.push_back({where, fmt::format("here ${{{}}} is {}", reference.name(), shown),
                           resolved.hidden ? value.string : std::string()});
}

}  // namespace roomle_sim
