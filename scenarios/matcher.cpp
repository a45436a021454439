#include "scenarios/matcher.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.h"

namespace roomle_sim {
namespace {

using nlohmann::json;

// Two objects or mails are to be compared part by part by whoever reads it; a log of megabytes not.
constexpr std::size_t kLongestShown = 10'000;

std::string quoted(const json& value) {
  std::string text = json_text(value);
  if (text.size() <= kLongestShown) return text;
  std::size_t end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("{}… ({} bytes in all)", text.substr(0, end), text.size());
}

bool contains(const json& actual, const json& part) {
  if (actual.is_array()) return std::find(actual.begin(), actual.end(), part) != actual.end();
  if (!actual.is_string() || !part.is_string()) return false;
  return actual.get_ref<const std::string&>().find(part.get_ref<const std::string&>()) !=
         std::string::npos;
}

bool pattern_found(const json& actual, const re2::RE2& pattern) {
  return actual.is_string() &&
         re2::RE2::PartialMatch(actual.get_ref<const std::string&>(), pattern);
}

bool items_hold(const json& actual, const std::vector<Matcher>& parts) {
  if (!actual.is_array() || actual.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].holds(&actual[i])) return false;
  }
  return true;
}

}  // namespace

bool Matcher::holds(const json* actual) const {
  const auto each = [&](const Matcher& part) { return part.holds(actual); };
  switch (kind) {
    case Kind::exists:
      return (actual != nullptr) == value.get<bool>();
    case Kind::negation:
      return !parts.front().holds(actual);
    case Kind::all:
      return std::all_of(parts.begin(), parts.end(), each);
    case Kind::equals:
      return actual != nullptr && *actual == value;
    case Kind::items:
      return actual != nullptr && items_hold(*actual, parts);
    case Kind::contains:
      return actual != nullptr && contains(*actual, value);
    case Kind::matches:
      return actual != nullptr && pattern_found(*actual, *pattern);
    case Kind::at_least:
      return actual != nullptr && actual->is_number() && *actual >= value;
    case Kind::at_most:
      return actual != nullptr && actual->is_number() && *actual <= value;
  }
  return false;
}

Matcher equal_to(const JsonNode& node) {
  Matcher matcher = equal_to(node.to_json(), node.where);
  matcher.deferred = node.deferred;
  return matcher;
}

Matcher equal_to(json value, Location where) {
  Matcher matcher;
  matcher.kind = Matcher::Kind::equals;
  matcher.value = std::move(value);
  matcher.where = std::move(where);
  return matcher;
}

std::string describe(const Matcher& matcher) {
  std::vector<std::string> parts;
  for (const Matcher& part : matcher.parts) parts.push_back(describe(part));
  switch (matcher.kind) {
    case Matcher::Kind::equals:
      return quoted(matcher.value);
    case Matcher::Kind::items:
      return fmt::format("[{}]", fmt::join(parts, ", "));
    case Matcher::Kind::contains:
      return fmt::format("something that contains {}", quoted(matcher.value));
    case Matcher::Kind::matches:
      return fmt::format("a text that matches /{}/", matcher.pattern_text);
    case Matcher::Kind::exists:
      return matcher.value.get<bool>() ? "something" : "nothing";
    case Matcher::Kind::negation:
      return fmt::format("not {}", parts.front());
    case Matcher::Kind::at_least:
      return fmt::format("at least {}", quoted(matcher.value));
    case Matcher::Kind::at_most:
      return fmt::format("at most {}", quoted(matcher.value));
    case Matcher::Kind::all:
      return fmt::format("{}", fmt::join(parts, " and "));
  }
  return {};
}

std::string describe_value(const json* actual) {
  return actual == nullptr ? "nothing" : quoted(*actual);
}

}  // namespace roomle_sim
