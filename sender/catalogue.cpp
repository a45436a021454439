#include "sender/catalogue.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "base/json_text.h"
#include "sender/json_depth.h"
#include "sender/share_url.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

const EventGroup kEmailForwarding{
    "email forwarding", AfterFailure::fallback_mail,
    "on a response status of 300 or higher, a Roomle email is sent instead"};

constexpr std::array<DataMember, 7> kMembers{{
    {"success", MemberKind::boolean, "the result of the processing in the Roomle API"},
    {"email", MemberKind::email, "where the mail is to go"},
    {"configurationId", MemberKind::text, "the configuration, if it is one"},
    {"itemId", MemberKind::text, "the item, if it is one"},
    {"url", MemberKind::url, "link to the requested content"},
    {"resultUrl", MemberKind::url, "link to the 3D asset"},
    {"configuratorId", MemberKind::text, "where the share originated"},
}};

// Of the ids, one is there (check_body tells); so neither alone is required.
const std::array<EventType, 4> kTypes{{
    {"email.savedConfiguration",
     "a user saves a draft with an email in the configurator",
     &kEmailForwarding,
     {"success", "email", "url"},
     {"configurationId", "itemId", "configuratorId"}},
    {"email.shareConfiguration",
     "a user shares a configuration",
     &kEmailForwarding,
     {"success", "email", "url"},
     {"configurationId", "itemId", "configuratorId"}},
    {"email.shareConfigurationAR",
     "a user asks for an AR link by email",
     &kEmailForwarding,
     {"success", "email", "url"},
     {"configurationId", "itemId", "configuratorId"}},
    {"email.3DExportAsset",
     "a user requests a 3D export",
     &kEmailForwarding,
     {"success", "email"},
     {"configurationId", "itemId", "configuratorId", "url", "resultUrl"}},
}};

// The values of the vendor's published example; resultUrl has none there and is ours.
ordered_json example_data(const EventType& type) {
  ordered_json data;
  data["success"] = true;
  data["email"] = "targetEmail@gmail.com";
  data["configurationId"] =
      "catalogId:itemId:2564B3D4E19A9C4605DAF5236F0ADFE80DA638F63A49D5D4C8260CB5FF48011C";
  if (std::find(type.optional.begin(), type.optional.end(), "resultUrl") != type.optional.end()) {
    data["resultUrl"] = "https://uploads.roomle.com/exports/2564B3D4.glb";
  }
  data["configuratorId"] = "myConfigurator";
  return data;
}

std::vector<std::string_view> member_names() {
  std::vector<std::string_view> names;
  names.reserve(kMembers.size());
  for (const DataMember& member : kMembers) names.push_back(member.name);
  return names;
}

const DataMember* find_member(std::string_view name) {
  const auto found = std::find_if(kMembers.begin(), kMembers.end(),
                                  [&](const DataMember& member) { return member.name == name; });
  return found == kMembers.end() ? nullptr : &*found;
}

bool right_kind(const DataMember& member, const ordered_json& value) {
  return member.kind == MemberKind::boolean ? value.is_boolean() : value.is_string();
}

std::string_view kind_word(const DataMember& member) {
  return member.kind == MemberKind::boolean ? "true or false" : "a string";
}

std::optional<Error> check_overrides(const ordered_json& overrides) {
  if (!overrides.is_object()) return Error{ErrorCode::bad_input, "data must be an object"};
  for (const auto& [name, value] : overrides.items()) {
    const DataMember* member = find_member(name);
    if (member == nullptr) {
      return Error{ErrorCode::bad_input, fmt::format("data has no member '{}'{}; it has: {}", name,
                                                     did_you_mean(name, member_names()),
                                                     fmt::join(member_names(), ", "))};
    }
    if (!value.is_null() && !right_kind(*member, value)) {
      return Error{ErrorCode::bad_input,
                   fmt::format("data.{} must be {}", name, kind_word(*member))};
    }
  }
  return std::nullopt;
}

std::string text_of(const ordered_json& data, std::string_view name) {
  const auto found = data.find(std::string(name));
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ordered_json in_vendor_order(const ordered_json& data) {
  ordered_json ordered = ordered_json::object();
  for (const DataMember& member : kMembers) {
    const std::string name(member.name);
    if (data.contains(name)) ordered[name] = data[name];
  }
  return ordered;
}

void check_member(const DataMember& member, const ordered_json& value,
                  std::vector<std::string>& problems) {
  if (!right_kind(member, value)) {
    problems.push_back(fmt::format("data.{} must be {}", member.name, kind_word(member)));
    return;
  }
  if (member.kind == MemberKind::boolean) return;
  const auto text = value.get<std::string>();
  if (text.empty()) {
    problems.push_back(fmt::format("data.{} is empty", member.name));
  } else if (member.kind == MemberKind::url && !text.starts_with("http://") &&
             !text.starts_with("https://")) {
    problems.push_back(fmt::format("data.{} is no http(s) URL: '{}'", member.name, text));
  } else if (member.kind == MemberKind::email && text.find('@') == std::string::npos) {
    problems.push_back(fmt::format("data.{} is no email address: '{}'", member.name, text));
  }
}

void check_data(const EventType& type, const ordered_json& data,
                std::vector<std::string>& problems) {
  for (const std::string_view name : type.required) {
    if (!data.contains(std::string(name))) {
      problems.push_back(fmt::format("data.{} is missing", name));
    }
  }
  if (!data.contains("configurationId") && !data.contains("itemId")) {
    problems.emplace_back("data names neither a configurationId nor an itemId");
  }
  for (const auto& [name, value] : data.items()) {
    const DataMember* member = find_member(name);
    if (member == nullptr) {
      problems.push_back(fmt::format("data.{} is not in the catalogue{}", name,
                                     did_you_mean(name, member_names())));
    } else {
      check_member(*member, value, problems);
    }
  }
}

}  // namespace

std::span<const DataMember> data_members() {
  return kMembers;
}

std::span<const EventType> event_types() {
  return kTypes;
}

const EventType* find_event_type(std::string_view name) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const EventType& type) { return type.name == name; });
  return found == kTypes.end() ? nullptr : &*found;
}

std::vector<std::string_view> event_names() {
  std::vector<std::string_view> names;
  names.reserve(kTypes.size());
  for (const EventType& type : kTypes) names.push_back(type.name);
  return names;
}

Result<Event> make_event(std::string_view type, const ordered_json& overrides,
                         const std::vector<std::pair<std::string, std::string>>& url_extra) {
  const EventType* known = find_event_type(type);
  if (known == nullptr) {
    return Error{ErrorCode::bad_input,
                 fmt::format("there is no event '{}'{}; the events are: {}", type,
                             did_you_mean(type, event_names()), fmt::join(event_names(), ", "))};
  }
  if (const std::optional<Error> error = check_overrides(overrides)) return *error;
  ordered_json data = example_data(*known);
  const auto given = [&](const char* name) { return overrides.contains(name); };
  if (given("itemId") && !given("configurationId")) data.erase("configurationId");
  if (overrides.value("success", ordered_json(true)) == false) data.erase("resultUrl");
  for (const auto& [name, value] : overrides.items()) data[name] = value;
  if (!given("url")) {
    const std::string configuration = text_of(data, "configurationId");
    const std::string id = configuration.empty() ? text_of(data, "itemId") : configuration;
    if (!id.empty()) {
      data["url"] = share_url(kShareUrlBase, id, text_of(data, "configuratorId"), url_extra);
    }
  }
  for (const DataMember& member : kMembers) {
    const auto found = data.find(std::string(member.name));
    if (found != data.end() && found->is_null()) data.erase(found);
  }
  return Event{std::string(type), in_vendor_order(data)};
}

std::vector<std::string> check_body(std::string_view body) {
  std::vector<std::string> problems;
  if (nested_deeper_than(body, kMostJsonDepth)) {
    return {fmt::format("the body is nested more than {} deep", kMostJsonDepth)};
  }
  const ordered_json json = json_from(body);
  if (json.is_discarded()) return {"the body is not JSON"};
  if (!json.is_object()) return {"the body is not a JSON object"};
  for (const auto& [name, value] : json.items()) {
    if (name != "event" && name != "data") {
      problems.push_back(fmt::format("the body has a member '{}' beside event and data", name));
    }
  }
  const std::string type = text_of(json, "event");
  const EventType* known = find_event_type(type);
  if (known == nullptr) {
    problems.push_back(
        fmt::format("there is no event '{}'{}", type, did_you_mean(type, event_names())));
  }
  const auto data = json.find("data");
  if (data == json.end() || !data->is_object()) {
    problems.emplace_back("the body has no object `data`");
  } else if (known != nullptr) {
    check_data(*known, *data, problems);
  }
  return problems;
}

}  // namespace roomle_sim
