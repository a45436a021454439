#include "scenarios/captures.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.h"
#include "scenarios/observation.h"
#include "scenarios/template_text.h"
#include "scenarios/variables.h"

namespace roomle_sim {
namespace {

using nlohmann::json;

constexpr std::string_view kCaptureForms =
    R"_("/outcome", or {"from": "/mail/0/subject", "matches": "order ([0-9]+)"})_";

// The members that an observation begins with (scenarios/observation.h).
std::vector<std::string_view> roots() {
  return {"id",    "refused", "outcome",   "attempts",  "reasons",  "statuses",
          "mails", "mail",    "mailError", "ambiguous", "received", "customer"};
}

// Names of headers stand in the observation in lower case; to whoever captures, case does not
// count.
std::string with_observed_header(std::string pointer) {
  static const re2::RE2 kHeader("/(?:received/requests|mail)/[0-9]+/headers/([^/]+).*");
  re2::StringPiece name;
  if (!re2::RE2::FullMatch(pointer, kHeader, &name)) return pointer;
  const auto at = static_cast<std::size_t>(name.data() - pointer.data());
  return pointer.replace(at, name.size(), observed_name(std::string(name)));
}

std::optional<json::json_pointer> read_pointer(const JsonNode& node, Diagnostics& diagnostics) {
  const auto text = read_string(node, diagnostics);
  if (!text) return std::nullopt;
  try {
    json::json_pointer pointer(with_observed_header(*text));
    const std::string root = text->substr(0, text->find('/', 1));
    const std::vector<std::string_view> known = roots();
    const std::string_view name = std::string_view(root).substr(root.empty() ? 0 : 1);
    if (std::find(known.begin(), known.end(), name) != known.end()) return pointer;
    diagnostics.add(
        node.where,
        fmt::format("of a delivery nothing is called '{}'{}", name, did_you_mean(name, known)),
        fmt::format("a JSON Pointer that begins with one of: /{}", fmt::join(known, ", /")));
  } catch (const json::parse_error&) {
    diagnostics.add(node.where, "this is no JSON Pointer", "such as \"/mail/0/subject\"");
  }
  return std::nullopt;
}

std::optional<Capture> read_capture(const JsonNode::Member& member, Diagnostics& diagnostics) {
  Capture capture;
  capture.where = member.name_where;
  capture.name = member.name;
  if (!can_be_called(member.name)) {
    diagnostics.add(member.name_where, fmt::format("no variable can be called '{}'", member.name),
                    std::string(kVariableNames));
  }
  const JsonNode* from = &member.value;
  if (member.value.is(JsonNode::Kind::object)) {
    ObjectReader reader(member.value, diagnostics, "a capture");
    from = reader.required("from");
    const JsonNode* matches = reader.optional("matches");
    const auto text = matches ? read_string(*matches, diagnostics) : std::nullopt;
    if (text) {
      auto pattern = std::make_shared<const re2::RE2>(*text, re2::RE2::Quiet);
      if (!pattern->ok() || pattern->NumberOfCapturingGroups() > 1) {
        reader.report(*matches,
                      pattern->ok() ? std::string("more than one group is captured")
                                    : "this is no regular expression: " + pattern->error(),
                      "the syntax of RE2, with (?:…) for what is not to be captured");
      }
      capture.pattern = std::move(pattern);
    }
    reader.finish();
  } else if (!member.value.is(JsonNode::Kind::string)) {
    diagnostics.add(member.value.where,
                    fmt::format("{} says not what to capture", kind_name(member.value.kind)),
                    std::string(kCaptureForms));
    return std::nullopt;
  }
  const auto pointer = from == nullptr ? std::nullopt : read_pointer(*from, diagnostics);
  if (!pointer) return std::nullopt;
  capture.pointer = *pointer;
  return capture;
}

}  // namespace

bool Capture::needs_endpoint() const {
  const std::string text = pointer.to_string();
  return text.starts_with("/received") || text.starts_with("/customer");
}

std::vector<Capture> read_captures(const JsonNode& node, Diagnostics& diagnostics) {
  std::vector<Capture> captures;
  if (!node.is(JsonNode::Kind::object) || node.members.empty()) {
    diagnostics.add(node.where, "this captures nothing",
                    fmt::format("{{\"NAME\": {}}}", kCaptureForms));
    return captures;
  }
  for (const JsonNode::Member& member : node.members) {
    auto capture = read_capture(member, diagnostics);
    if (capture) captures.push_back(*std::move(capture));
  }
  return captures;
}

void Captures::set(const std::string& name, json value) {
  unknown_.erase(name);
  values_[name] = std::move(value);
}

Result<json, std::string> Captures::find(const Capture& capture, const json& observation) {
  if (!observation.contains(capture.pointer)) {
    return fmt::format("there is no {}", capture.pointer.to_string());
  }
  const json& value = observation.at(capture.pointer);
  if (!capture.pattern) return value;
  if (!value.is_string()) return describe_value(&value) + ", which is no text";
  std::string found;
  const auto& text = value.get_ref<const std::string&>();
  re2::StringPiece whole;
  if (!capture.pattern->Match(text, 0, text.size(), re2::RE2::UNANCHORED, &whole, 1)) {
    return describe_value(&value);
  }
  if (capture.pattern->NumberOfCapturingGroups() == 0) return json(std::string(whole));
  re2::RE2::PartialMatch(text, *capture.pattern, &found);
  return json(found);
}

Result<json, Captures::Missing> Captures::fill(const std::string& text) const {
  const auto parts = split_text(text);
  // The expander has let it through, and left nothing but captures in it.
  if (!parts) return Missing{text, false};
  std::string filled;
  for (const TextPart& part : *parts) {
    if (!part.reference) {
      filled += part.literal;
      continue;
    }
    const auto found = values_.find(part.reference->name());
    if (found == values_.end()) {
      return Missing{part.reference->name(), unknown_.contains(part.reference->name())};
    }
    if (parts->size() == 1) return found->second;
    const json& value = found->second;
    filled += value.is_string() ? value.get<std::string>() : json_text(value);
  }
  return json(std::move(filled));
}

Result<nlohmann::ordered_json, Captures::Missing> Captures::fill_data(const JsonNode& data) const {
  nlohmann::ordered_json object = data.to_json();
  for (const JsonNode::Member& member : data.members) {
    if (!member.value.deferred) continue;
    Result<json, Missing> value = fill(member.value.string);
    if (!value) return value.error();
    object[member.name] = *std::move(value);
  }
  return object;
}

std::optional<Captures::Missing> Captures::fill(Matcher& matcher) const {
  for (Matcher& part : matcher.parts) {
    if (auto missing = fill(part)) return missing;
  }
  if (!matcher.deferred) return std::nullopt;
  Result<json, Missing> value = fill(matcher.value.get<std::string>());
  if (!value) return value.error();
  matcher.value = *std::move(value);
  matcher.deferred = false;
  return std::nullopt;
}

Result<Check, Captures::Missing> Captures::fill(const Check& check) const {
  Check filled = check;
  if (auto missing = fill(filled.matcher)) return *missing;
  return filled;
}

}  // namespace roomle_sim
