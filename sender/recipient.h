// Whom a delivery is for: what the open deliveries of one tenant share, found once and not kept by
// each of a hundred thousand.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/result.h"
#include "sender/delivery.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct Recipient {
  std::shared_ptr<const Tenant> tenant;
  TokenCredential credential;
  std::shared_ptr<const DeliveryPlan> plan;
};

// Contract. Threads: find() may be called from any.
class Recipients {
 public:
  // The same object for every call that finds the same tenant and credential, also in a registry in
  // which others have changed, as long as anybody holds it; it keeps no registry alive. Errors
  // (ErrorCode::usage): no such tenant, or an inactive one; (bad_input): a secret that gives no
  // key, which loading a registry rules out.
  Result<std::shared_ptr<const Recipient>> find(
      const std::shared_ptr<const TenantRegistry>& registry, std::int64_t tenant_id);

 private:
  std::mutex mutex_;
  std::unordered_map<std::int64_t, std::weak_ptr<const Recipient>> known_;  // one a tenant
};

}  // namespace roomle_sim
