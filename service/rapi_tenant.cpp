#include "service/rapi_tenant.h"

#include <vector>

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "service/rapi_field.h"
#include "tenants/url.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// ASSUMPTION: the vendor documents no limits.
constexpr std::size_t kMostBody = 16384;  // members are compared with one another
constexpr std::size_t kMostText = 2048;   // of a webhook, of an apiKey

ApiProblem unprocessable(std::string message, const std::string& member) {
  return {422, "bad_value", std::move(message), fmt::format("member '{}'", member), {}};
}

// A text, or null for none. Whether a credential has the apiKey, the directory tells.
Result<std::string, ApiProblem> read_text(const std::string& name, const ordered_json& value) {
  if (value.is_null()) return std::string();
  if (!value.is_string()) return unprocessable("this must be a string, or null", name);
  auto text = value.get<std::string>();
  if (text.empty()) return text;
  if (auto problem = check_text(text, kMostText, "")) {
    return unprocessable(problem->message, name);
  }
  if (name == "webhook") {
    if (const auto url = parse_url(text); !url) return unprocessable(url.error().message, name);
  }
  return text;
}

std::optional<ApiProblem> take(const std::string& name, const ordered_json& value,
                               const ordered_json& now, TenantChange& change) {
  if (name == "webhook" || name == "apiKey") {
    auto text = read_text(name, value);
    if (!text) return text.error();
    (name == "webhook" ? change.webhook : change.api_key) = std::move(*text);
    return std::nullopt;
  }
  const auto known = now.find(name);
  if (known == now.end()) {
    std::vector<std::string> names;
    for (const auto& [one, unused] : now.items()) names.push_back(one);
    return unprocessable(fmt::format("a tenant has no such member{}",
                                     did_you_mean(name, {names.begin(), names.end()})),
                         name);
  }
  if (*known == value) return std::nullopt;
  return unprocessable(
      "only webhook and apiKey can be changed while the simulator runs; change this one in the "
      "tenants file",
      name);
}

}  // namespace

ordered_json tenant_members(const Tenant& tenant, bool managed) {
  ordered_json members{{"id", tenant.id},
                       {"name", tenant.name},
                       {"label", tenant.shown_name()},
                       {"active", tenant.active},
                       {"defaultLanguage", tenant.default_language},
                       {"branded", tenant.branded},
                       {"privacyUrl", tenant.privacy_url}};
  if (managed) {
    members["webhook"] = tenant.webhook.empty() ? ordered_json() : ordered_json(tenant.webhook);
    members["apiKey"] = tenant.api_key ? ordered_json(*tenant.api_key) : ordered_json();
  }
  return members;
}

Result<TenantChange, ApiProblem> read_tenant_change(const std::string& body, const Tenant& tenant) {
  if (body.size() > kMostBody) {
    return ApiProblem{413,
                      "too_large",
                      fmt::format("the body has {} bytes; {} are the most", body.size(), kMostBody),
                      "body",
                      {}};
  }
  const auto node = read_json_text(body, "body", "body");
  if (!node) return node.error();
  ordered_json tree = node->to_json();
  if (tree.is_object() && tree.contains("tenant")) tree = ordered_json(tree["tenant"]);
  if (!tree.is_object()) {
    return bad_value(R"(the body must be a JSON object, such as {"webhook": "https://…"})", "body");
  }
  const ordered_json now = tenant_members(tenant, true);
  TenantChange change;
  for (const auto& [name, value] : tree.items()) {
    if (auto problem = take(name, value, now, change)) return *problem;
  }
  return change;
}

}  // namespace roomle_sim
