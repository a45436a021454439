#include "service/inspector_tenants.h"

#include <algorithm>

#include <fmt/format.h>

#include "service/rapi_tenant.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;

// What the user of this machine may see: all but secrets.
ordered_json tenant_json(const Tenant& tenant, const std::vector<std::int64_t>& paused) {
  ordered_json json = tenant_members(tenant, true);
  json["paused"] = std::ranges::binary_search(paused, tenant.id);
  json["retry"] = {{"policy", tenant.simulator.retry.name},
                   {"attempts", tenant.simulator.retry.attempts}};
  json["timeout"] = format_duration(tenant.simulator.timeout);
  return json;
}

ApiResponse unknown_tenant(const std::string& text) {
  return problem_response({404,
                           "unknown_tenant",
                           fmt::format("the tenants file has no tenant '{}'", text),
                           "the id in the path",
                           {}});
}

}  // namespace

void InspectorTenants::add_routes(Router& router) {
  const auto add = [&](const char* method, const char* pattern, Handler handler) {
    router.add(Audience::inspector, method, pattern, std::move(handler));
  };
  add("GET", "/sim/v1/tenants", [this](const ApiRequest&) { return list(); });
  add("GET", "/sim/v1/tenants/{id}", [this](const ApiRequest& request) { return show(request); });
  add("POST", "/sim/v1/tenants/{id}/pause",
      [this](const ApiRequest& request) { return set_paused(request, true); });
  add("POST", "/sim/v1/tenants/{id}/resume",
      [this](const ApiRequest& request) { return set_paused(request, false); });
}

ApiResponse InspectorTenants::list() const {
  const auto registry = tenants_.current();
  const auto paused = dispatcher_.paused();
  ordered_json list = ordered_json::array();
  for (const Tenant& one : registry->tenants()) list.push_back(tenant_json(one, paused));
  return json_response(200, {{"tenants", std::move(list)}});
}

ApiResponse InspectorTenants::show(const ApiRequest& request) const {
  const auto registry = tenants_.current();
  const Tenant* found = registry->find_by_text(request.value("id"));
  if (found == nullptr) return unknown_tenant(request.value("id"));
  return json_response(200, tenant_json(*found, dispatcher_.paused()));
}

ApiResponse InspectorTenants::set_paused(const ApiRequest& request, bool paused) {
  const auto registry = tenants_.current();
  const Tenant* found = registry->find_by_text(request.value("id"));
  if (found == nullptr) return unknown_tenant(request.value("id"));
  if (paused) {
    dispatcher_.pause(found->id);
  } else {
    dispatcher_.unpause(found->id);
  }
  return json_response(200, {{"tenant", found->id}, {"paused", paused}, {"active", found->active}});
}

}  // namespace roomle_sim
