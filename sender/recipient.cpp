#include "sender/recipient.h"

#include <utility>

#include <fmt/format.h>

#include "tenants/token_settings.h"

namespace roomle_sim {
namespace {

std::shared_ptr<const DeliveryPlan> plan_of(const Tenant& tenant) {
  auto plan = std::make_shared<DeliveryPlan>();
  plan->has_webhook = !tenant.webhook.empty();
  plan->policy = tenant.simulator.retry;
  plan->attempt_timeout = tenant.simulator.timeout;
  return plan;
}

}  // namespace

Result<std::shared_ptr<const Recipient>> Recipients::find(
    const std::shared_ptr<const TenantRegistry>& registry, std::int64_t tenant_id) {
  std::shared_ptr<const Tenant> tenant = registry->share(tenant_id);
  if (tenant == nullptr) {
    return Error{ErrorCode::usage, fmt::format("there is no tenant {}", tenant_id)};
  }
  if (!tenant->active) {
    return Error{ErrorCode::usage,
                 fmt::format("tenant {} ('{}') is inactive: nothing is sent for it", tenant->id,
                             tenant->name)};
  }
  const std::lock_guard lock(mutex_);
  std::weak_ptr<const Recipient>& known = known_[tenant_id];
  TokenCredential credential = registry->credential_for(*tenant);
  if (auto found = known.lock();
      found && found->tenant == tenant && found->credential.credential == credential.credential) {
    return found;
  }
  const Result<Secret> key = cipher_key(credential.credential->secret, tenant->simulator.token.key);
  if (!key) return key.error();
  auto plan = plan_of(*tenant);
  auto made = std::make_shared<const Recipient>(
      Recipient{std::move(tenant), std::move(credential), std::move(plan)});
  known = made;
  return std::shared_ptr<const Recipient>(std::move(made));
}

}  // namespace roomle_sim
