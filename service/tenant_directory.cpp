#include "service/tenant_directory.h"

#include <algorithm>

#include <fmt/format.h>

#include "tenants/token_settings.h"
#include "tenants/url.h"

namespace roomle_sim {
namespace {

// By the rule of the tenants file (tenants/tenant_reader.cpp): an event could not be sent else.
std::optional<Error> check_secret(const TenantRegistry& registry, const Tenant& tenant) {
  if (tenant.simulator.token.algorithm == TokenAlgorithm::plain) return std::nullopt;
  const TokenCredential used = registry.credential_for(tenant);
  const auto key = cipher_key(used.credential->secret, tenant.simulator.token.key);
  if (key) return std::nullopt;
  return Error{ErrorCode::bad_input, fmt::format("the secret of the apiKey '{}': {}",
                                                 used.credential->api_key, key.error().message)};
}

std::optional<Error> check_api_key(const TenantRegistry& registry, const Tenant& tenant) {
  if (!tenant.api_key) return check_secret(registry, tenant);
  const auto named = [&](const Credential& one) { return one.api_key == *tenant.api_key; };
  if (std::ranges::none_of(registry.credentials(), named)) {
    return Error{ErrorCode::bad_input,
                 "no credential of the tenants file has this apiKey, so there is no secret for it"};
  }
  const auto taken = [&](const Tenant& one) {
    return one.id != tenant.id && one.api_key == tenant.api_key;
  };
  if (std::ranges::any_of(registry.tenants(), taken)) {
    return Error{ErrorCode::bad_input, "another tenant has this apiKey"};
  }
  return check_secret(registry, tenant);
}

// What is as it was is not looked at: a tenants file may give two tenants one apiKey, and each of
// them can still be given another webhook.
std::optional<Error> check(const TenantRegistry& registry, const Tenant& before,
                           const Tenant& tenant) {
  if (!tenant.webhook.empty() && tenant.webhook != before.webhook) {
    if (const auto url = parse_url(tenant.webhook); !url) return url.error();
  }
  if (tenant.api_key == before.api_key) return std::nullopt;
  return check_api_key(registry, tenant);
}

}  // namespace

TenantDirectory::TenantDirectory(TenantRegistry registry)
    : current_(std::make_shared<const TenantRegistry>(std::move(registry))) {}

std::shared_ptr<const TenantRegistry> TenantDirectory::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::optional<Error> TenantDirectory::change(std::int64_t tenant_id, const TenantChange& change) {
  const std::lock_guard lock(mutex_);
  TenantRegistry changed = *current_;
  const Tenant* found = changed.find(tenant_id);
  if (found == nullptr) {
    return Error{ErrorCode::usage, fmt::format("there is no tenant {}", tenant_id)};
  }
  Tenant tenant = *found;
  if (change.webhook) tenant.webhook = *change.webhook;
  if (change.api_key) {
    tenant.api_key = change.api_key->empty() ? std::nullopt : std::optional(*change.api_key);
  }
  if (tenant.webhook == found->webhook && tenant.api_key == found->api_key) return std::nullopt;
  if (auto error = check(changed, *found, tenant)) return error;
  changed.replace(std::move(tenant));
  current_ = std::make_shared<const TenantRegistry>(std::move(changed));
  return std::nullopt;
}

}  // namespace roomle_sim
