// What a scenario expects of one value: a plain value (equal), or an object of matchers.
//
//     "mailed"   1   true   null          equal to it
//     ["timeout", {"contains": "503"}]    a list of this length, item by item
//     {"equals": {"a": 1}}                equal, where the value is itself an object
//     {"contains": "sofa"}                a text with this part (or each of a list of parts), or a
//     list with this item
//     {"matches": "^d-[0-9a-z]+$"}        a text in which this ECMAScript pattern is found
//     {"exists": false}                   the value is not there
//     {"not": matcher}                    the matcher does not hold; an absent value holds
//     {"atLeast": 1, "atMost": 3}         a number in this range
//
// Several members in one object must all hold. Threads: a matcher is immutable once read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "base/diagnostics.h"
#include "base/json_reader.h"

namespace roomle_sim {

struct Matcher {
  enum class Kind { equals, items, contains, matches, exists, negation, at_least, at_most, all };

  Kind kind = Kind::exists;
  nlohmann::json value;  // equals, contains, at_least, at_most; exists: true or false
  std::string pattern_text;
  std::shared_ptr<const re2::RE2> pattern;  // matches
  std::vector<Matcher> parts;               // items, all; negation: exactly one
  Location where;
  // `value` is a text that is filled in while the scenario runs (scenarios/captures.h).
  bool deferred = false;

  // Whether an absent value (null pointer) or a present one is as expected.
  [[nodiscard]] bool holds(const nlohmann::json* actual) const;
};

// What the value itself is, so that a matcher that can never hold is refused at load.
enum class ValueKind { any, text, number, boolean, list };

// Nothing on a mistake, which is then in `diagnostics`.
std::optional<Matcher> read_matcher(const JsonNode& node, Diagnostics& diagnostics,
                                    ValueKind kind = ValueKind::any);

Matcher equal_to(nlohmann::json value, Location where);
// The same of a scalar of a file, which may be deferred.
Matcher equal_to(const JsonNode& node);

// For people: "mailed" in quotes, `a text that contains "sofa"`, `nothing`, …
std::string describe(const Matcher& matcher);
// The same for what came: JSON, cut after 10 000 bytes; "nothing" where it is absent.
std::string describe_value(const nlohmann::json* actual);

}  // namespace roomle_sim
