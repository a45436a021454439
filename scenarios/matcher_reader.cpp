// Reads matchers; what they mean is in matcher.cpp.
#include <fmt/format.h>

#include "base/json_text.h"
#include "scenarios/matcher.h"

namespace roomle_sim {
namespace {

// Reports a plain value that the thing compared can never be.
bool fits(const JsonNode& node, ValueKind kind, Diagnostics& diagnostics) {
  if (node.deferred) return true;
  std::string_view wanted;
  switch (kind) {
    case ValueKind::any:
      return true;
    case ValueKind::text:
      wanted = node.is(JsonNode::Kind::string) ? "" : "a string";
      break;
    case ValueKind::number:
      wanted =
          node.is(JsonNode::Kind::integer) || node.is(JsonNode::Kind::number) ? "" : "a number";
      break;
    case ValueKind::boolean:
      wanted = node.is(JsonNode::Kind::boolean) ? "" : "true or false";
      break;
    case ValueKind::list:
      wanted = node.is(JsonNode::Kind::array) ? "" : "an array";
      break;
  }
  if (wanted.empty()) return true;
  diagnostics.add(node.where,
                  fmt::format("{} stands where {} is expected", kind_name(node.kind), wanted),
                  "the value itself, or a matcher such as {\"not\": …}");
  return false;
}

std::optional<Matcher> read_items(const JsonNode& node, Diagnostics& diagnostics) {
  Matcher matcher;
  matcher.kind = Matcher::Kind::items;
  matcher.where = node.where;
  for (const JsonNode& item : node.items) {
    std::optional<Matcher> part = read_matcher(item, diagnostics);
    if (part) matcher.parts.push_back(std::move(*part));
  }
  return matcher.parts.size() == node.items.size() ? std::optional(matcher) : std::nullopt;
}

// The members of one object of matchers, each added to `parts`.
class MembersReader {
 public:
  MembersReader(const JsonNode& node, Diagnostics& diagnostics, ValueKind kind)
      : object_(node, diagnostics, "a matcher"), diagnostics_(diagnostics), kind_(kind) {}

  std::vector<Matcher> read() {
    if (const JsonNode* node = object_.optional("equals")) {
      if (fits(*node, kind_, diagnostics_) && stands_alone(*node))
        parts_.push_back(equal_to(*node));
    }
    if (const JsonNode* node = object_.optional("contains")) read_contains(*node);
    if (const JsonNode* node = object_.optional("matches")) read_pattern(*node);
    if (const JsonNode* node = object_.optional("exists")) {
      if (read_boolean(*node, diagnostics_)) add(Matcher::Kind::exists, *node);
    }
    if (const JsonNode* node = object_.optional("not")) read_negation(*node);
    const JsonNode* low = read_bound("atLeast", Matcher::Kind::at_least);
    const JsonNode* high = read_bound("atMost", Matcher::Kind::at_most);
    if (low != nullptr && high != nullptr && low->number > high->number) {
      object_.report(*high,
                     fmt::format("nothing is at least {} and at most {}", json_text(low->to_json()),
                                 json_text(high->to_json())),
                     "\"atMost\" not below \"atLeast\"");
    }
    object_.finish();
    return std::move(parts_);
  }

 private:
  Matcher& add(Matcher::Kind kind, const JsonNode& node) {
    Matcher& part = parts_.emplace_back();
    part.kind = kind;
    part.value = node.to_json();
    part.where = node.where;
    part.deferred = node.deferred;
    return part;
  }

  // Inside of an object or a list that is compared as a whole, nothing is filled in later.
  bool stands_alone(const JsonNode& node) {
    bool fine = true;
    const auto look = [&](const JsonNode& part) {
      if (part.deferred) {
        diagnostics_.add(part.where, "what is known only while the scenario runs stands alone",
                         "a list of matchers, or a JSON Pointer for this value");
        fine = false;
      } else {
        fine = stands_alone(part) && fine;
      }
    };
    for (const JsonNode& item : node.items) look(item);
    for (const JsonNode::Member& member : node.members) look(member.value);
    return fine;
  }

  void read_contains(const JsonNode& node) {
    if (node.is(JsonNode::Kind::array)) {
      for (const JsonNode& item : node.items) read_contains(item);
    } else if (kind_ != ValueKind::text || fits(node, ValueKind::text, diagnostics_)) {
      add(Matcher::Kind::contains, node);
    }
  }

  void read_pattern(const JsonNode& node) {
    const std::optional<std::string> text = read_string(node, diagnostics_);
    if (!text) return;
    if (node.deferred) {
      diagnostics_.add(node.where, "what is known only while the scenario runs is no expression",
                       "\"contains\", or the text itself");
      return;
    }
    // RE2 takes time in proportion to the text, whatever the expression and whatever an endpoint
    // answers; others can be made to search for years.
    auto pattern = std::make_shared<const re2::RE2>(*text, re2::RE2::Quiet);
    if (!pattern->ok()) {
      diagnostics_.add(node.where, "this is no regular expression: " + pattern->error(),
                       "the syntax of RE2");
      return;
    }
    Matcher& part = add(Matcher::Kind::matches, node);
    part.pattern_text = *text;
    part.pattern = std::move(pattern);
  }

  void read_negation(const JsonNode& node) {
    std::optional<Matcher> inner = read_matcher(node, diagnostics_, kind_);
    if (inner) add(Matcher::Kind::negation, node).parts.push_back(std::move(*inner));
  }

  // The bound, where it is known by now.
  const JsonNode* read_bound(std::string_view name, Matcher::Kind kind) {
    const JsonNode* node = object_.optional(name);
    if (node == nullptr || !fits(*node, ValueKind::number, diagnostics_)) return nullptr;
    add(kind, *node);
    return node->deferred ? nullptr : node;
  }

  ObjectReader object_;
  Diagnostics& diagnostics_;
  ValueKind kind_;
  std::vector<Matcher> parts_;
};

}  // namespace

std::optional<Matcher> read_matcher(const JsonNode& node, Diagnostics& diagnostics,
                                    ValueKind kind) {
  const std::size_t mistakes = diagnostics.size();
  if (node.is(JsonNode::Kind::object)) {
    std::vector<Matcher> parts = MembersReader(node, diagnostics, kind).read();
    if (diagnostics.size() != mistakes) return std::nullopt;
    if (parts.empty()) {
      diagnostics.add(node.where, "this matcher expects nothing",
                      "one of: equals, contains, matches, exists, not, atLeast, atMost");
      return std::nullopt;
    }
    if (parts.size() == 1) return std::move(parts.front());
    Matcher all;
    all.kind = Matcher::Kind::all;
    all.parts = std::move(parts);
    all.where = node.where;
    return all;
  }
  if (!fits(node, kind, diagnostics)) return std::nullopt;
  if (node.is(JsonNode::Kind::array)) return read_items(node, diagnostics);
  return equal_to(node);
}

}  // namespace roomle_sim
