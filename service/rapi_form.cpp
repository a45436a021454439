#include "service/rapi_form.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "base/json_reader.h"
#include "service/rapi_field.h"

namespace roomle_sim {
namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

struct ShareType {
  std::string_view configuration;  // of configurations and items
  std::string_view plan_snapshot;
  std::string_view event;
};

constexpr std::array<ShareType, 3> kShareTypes{{
    {"1", "11", "email.shareConfiguration"},
    {"2", "12", "email.shareConfigurationAR"},
    {"3", "13", "email.savedConfiguration"},
}};

constexpr std::array<std::string_view, 4> kShareFields{"email", "type", "message", "params"};
constexpr std::array<std::string_view, 2> kExportFields{"email", "settings"};

// The page "Configuration", in its order.
const std::vector<std::string_view>& file_formats() {
  static const std::vector<std::string_view> kFormats{"abc", "dxf",  "fbx", "blend", "dae",
                                                      "x3d", "glTF", "glb", "ply",   "stl",
                                                      "usd", "usdz", "obj"};
  return kFormats;
}

Result<std::string, ApiProblem> read_email(const ApiRequest& request) {
  auto email = required_field(request, "email", kMostEmail);
  if (!email) return email;
  // Roomle's own check is not documented. Whether it can be mailed shows when it is.
  const std::size_t at = email->find('@');
  if (at == std::string::npos || at == 0 || at + 1 == email->size() ||
      email->find(' ') != std::string::npos) {
    return bad_value("this is no email address", field_place("email"));
  }
  return email;
}

Result<std::string_view, ApiProblem> read_type(const ApiRequest& request, Shared what) {
  const auto type = required_field(request, "type", 16);
  if (!type) return type.error();
  const bool plan = what == Shared::plan_snapshot;
  for (const ShareType& one : kShareTypes) {
    if (*type == (plan ? one.plan_snapshot : one.configuration)) return one.event;
  }
  const auto others = [&](const ShareType& one) {
    return *type == (plan ? one.configuration : one.plan_snapshot);
  };
  const std::string_view known = plan ? "11 (standard), 12 (AR) and 13 (save draft)"
                                      : "1 (standard), 2 (AR) and 3 (save draft)";
  if (std::ranges::any_of(kShareTypes, others)) {
    return bad_value(fmt::format("{} is a type of {}; the types here are {}", *type,
                                 plan ? "configurations and items" : "plan snapshots", known),
                     field_place("type"));
  }
  return bad_value(fmt::format("there is no type '{}'; the types here are {}", *type, known),
                   field_place("type"));
}

// The value as the link is to have it; nothing, and reported, where it is none for a link.
std::optional<std::string> read_param(const JsonNode::Member& member, Diagnostics& diagnostics) {
  using Kind = JsonNode::Kind;
  const JsonNode& value = member.value;
  if (member.name.empty()) {
    diagnostics.add(member.name_where, "a parameter has a name");
  } else if (member.name == "id" || member.name == "configuratorId") {
    diagnostics.add(member.name_where,
                    fmt::format("the link has its '{}' from the request already", member.name));
  } else if (value.is(Kind::string)) {
    return value.string;
  } else if (value.is(Kind::boolean) || value.is(Kind::integer) || value.is(Kind::number)) {
    // As it is written: 1.50 stays 1.50.
    return value.where.source->text.substr(value.where.offset, value.where.length);
  } else {
    diagnostics.add(value.where, fmt::format("{} cannot stand in a link", kind_name(value.kind)),
                    "a string, a number, true or false");
  }
  return std::nullopt;
}

Result<Params, ApiProblem> read_params(const ApiRequest& request) {
  const auto text = optional_field(request, "params", kMostParams, Lines::many);
  if (!text) return text.error();
  if (text->empty()) return Params();
  const auto node = read_json_text(*text, "params", field_place("params"));
  if (!node) return node.error();
  Diagnostics diagnostics;
  const ObjectReader reader(*node, diagnostics, "params");
  Params params;
  for (const JsonNode::Member& member : node->members) {
    if (auto value = read_param(member, diagnostics)) {
      params.emplace_back(member.name, std::move(*value));
    }
  }
  if (auto problem = problem_of(diagnostics, field_place("params"))) return *problem;
  return params;
}

// Members that are nearly called like a known one are mistakes; others the vendor's client passes
// on from its caller (the `options` of export3D), and they change nothing here.
void report_slips(const JsonNode& object, const std::vector<std::string_view>& known,
                  Diagnostics& diagnostics) {
  for (const JsonNode::Member& member : object.members) {
    if (std::ranges::find(known, member.name) != known.end()) continue;
    const std::string meant = did_you_mean(member.name, known);
    if (meant.empty()) continue;
    diagnostics.add(member.name_where, fmt::format("there is no '{}'{}", member.name, meant));
  }
}

std::optional<std::string_view> read_format(const JsonNode& node, Diagnostics& diagnostics) {
  ObjectReader reader(node, diagnostics, "a format");
  if (!reader.is_object()) return std::nullopt;
  report_slips(node, {"file_format", "pack_external_data"}, diagnostics);
  if (const JsonNode* pack = reader.optional("pack_external_data")) {
    static_cast<void>(read_boolean(*pack, diagnostics));
  }
  const JsonNode* format = reader.required("file_format");
  if (format == nullptr) return std::nullopt;
  const auto index = read_word(*format, diagnostics, file_formats());
  if (!index) return std::nullopt;
  return file_formats()[*index];
}

std::vector<std::string_view> read_formats(const JsonNode& node, Diagnostics& diagnostics) {
  std::vector<std::string_view> formats;
  ObjectReader reader(node, diagnostics, "settings");
  if (!reader.is_object()) return formats;
  report_slips(node, {"formats"}, diagnostics);
  const JsonNode* list = reader.required("formats");
  if (list == nullptr) return formats;
  if (list->items.empty()) {
    reader.report(*list, "there must be an array of at least one format",
                  R"(such as {"formats":[{"file_format":"glb"}]})");
  }
  for (const JsonNode& one : list->items) {
    if (const auto format = read_format(one, diagnostics)) formats.push_back(*format);
  }
  return formats;
}

}  // namespace

Result<ShareForm, ApiProblem> read_share_form(const ApiRequest& request, Shared what) {
  if (auto problem = check_fields(request, kShareFields)) return *problem;
  auto email = read_email(request);
  if (!email) return email.error();
  const auto event = read_type(request, what);
  if (!event) return event.error();
  auto message = optional_field(request, "message", kMostMessage, Lines::many);
  if (!message) return message.error();
  auto params = read_params(request);
  if (!params) return params.error();
  return ShareForm{std::move(*email), *event, std::move(*message), std::move(*params)};
}

Result<ExportForm, ApiProblem> read_export_form(const ApiRequest& request) {
  if (auto problem = check_fields(request, kExportFields)) return *problem;
  auto email = read_email(request);
  if (!email) return email.error();
  // Line ends are white space in JSON.
  const std::string where = field_place("settings");
  if (request.field("settings") == nullptr) {
    return ApiProblem{400, "missing", "the form has no field 'settings'", where, {}};
  }
  const auto text = optional_field(request, "settings", kMostSettings, Lines::many);
  if (!text) return text.error();
  const auto node = read_json_text(*text, "settings", where);
  if (!node) return node.error();
  Diagnostics diagnostics;
  ExportForm form{std::move(*email), read_formats(*node, diagnostics)};
  if (auto problem = problem_of(diagnostics, where)) return *problem;
  return form;
}

}  // namespace roomle_sim
