#include "service/inspector_event.h"

#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/json_text.h"
#include "sender/catalogue.h"
#include "sender/json_depth.h"
#include "service/inspector_problem.h"
#include "service/rapi_field.h"
#include "service/rapi_form.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// The vendor documents no longest link; ours carry up to kMostParams of parameters.
constexpr std::size_t kMostUrl = 32UL * 1024;

std::optional<ApiProblem> check_member_text(const std::string& text, std::size_t most,
                                            std::string_view name, Lines lines = Lines::one) {
  if (text.empty()) return std::nullopt;
  auto wrong = check_text(text, most, fmt::format("member '{}'", name), lines);
  if (wrong) wrong->status = 422;
  return wrong;
}

std::optional<ApiProblem> check_data(const ordered_json& data) {
  for (const auto& [name, value] : data.items()) {
    if (!value.is_string()) continue;  // make_event() knows which must be
    const bool url = name == "url" || name == "resultUrl";
    const std::size_t most = url ? kMostUrl : name == "email" ? kMostEmail : kMostId;
    if (auto wrong = check_member_text(value.get_ref<const std::string&>(), most,
                                       fmt::format("data.{}", name))) {
      return wrong;
    }
  }
  return std::nullopt;
}

class EventReader {
 public:
  explicit EventReader(const TenantRegistry& registry) : registry_(registry) {}

  std::optional<ApiProblem> take(const std::string& name, const ordered_json& value) {
    if (name == "event") return take_text(name, value, event);
    if (name == "message") {
      if (auto wrong = take_text(name, value, message)) return wrong;
      return check_member_text(message, kMostMessage, name, Lines::many);
    }
    if (name == "tenant") return take_tenant(value);
    if (name == "data") {
      if (!value.is_object()) return bad_member(name, "this must be an object");
      data = value;
      return check_data(value);
    }
    return bad_member(name,
                      fmt::format("there is no such member{}",
                                  did_you_mean(name, {"event", "tenant", "data", "message"})));
  }

  std::string event;
  std::string message;
  ordered_json data = ordered_json::object();
  const Tenant* tenant = nullptr;

 private:
  static std::optional<ApiProblem> take_text(const std::string& name, const ordered_json& value,
                                             std::string& text) {
    if (!value.is_string()) return bad_member(name, "this must be a text");
    text = value.get<std::string>();
    return std::nullopt;
  }

  std::optional<ApiProblem> take_tenant(const ordered_json& value) {
    if (!value.is_number_integer() && !value.is_string()) {
      return bad_member("tenant", "this must be a tenant's id, a whole number, or its name");
    }
    const std::string text = value.is_string() ? value.get<std::string>() : json_text(value);
    tenant = registry_.find_by_text(text);
    if (tenant != nullptr) return std::nullopt;
    std::vector<std::string_view> names;
    for (const Tenant& one : registry_.tenants()) names.push_back(one.name);
    return ApiProblem{
        404,
        "unknown_tenant",
        fmt::format("the tenants file has no tenant '{}'{}", text, did_you_mean(text, names)),
        "member 'tenant'",
        {}};
  }

  const TenantRegistry& registry_;
};

}  // namespace

Result<WantedEvent, ApiProblem> read_wanted_event(const std::string& body,
                                                  const TenantRegistry& registry) {
  const ordered_json tree =
      nested_deeper_than(body, kMostJsonDepth) ? ordered_json() : json_from(body);
  if (!tree.is_object()) {
    return bad_json(body,
                    R"({"event": "email.savedConfiguration", "tenant": 42, "data": {"email": )"
                    R"("customer@example.com"}})");
  }
  EventReader reader(registry);
  for (const auto& [name, value] : tree.items()) {
    if (auto wrong = reader.take(name, value)) return *wrong;
  }
  if (!tree.contains("event")) return bad_member("event", "this is missing");
  if (reader.tenant == nullptr) {
    if (registry.tenants().size() != 1) return bad_member("tenant", "this is missing");
    reader.tenant = &registry.tenants().front();
  }
  auto event = make_event(reader.event, reader.data);
  if (!event) {
    const bool known = find_event_type(reader.event) != nullptr;
    return bad_member(known ? "data" : "event", event.error().message);
  }
  event->message = std::move(reader.message);
  return WantedEvent{reader.tenant, std::move(*event)};
}

}  // namespace roomle_sim
