// The tenants as they are now: the tenants file's, with what was changed at run time (PUT
// /v2/tenants/:id). A change makes a new registry, which shares all other tenants with the one
// before; deliveries keep the tenant they were accepted with.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct TenantChange {
  std::optional<std::string> webhook;  // "" takes it away
  std::optional<std::string> api_key;  // "" takes it away
};

// Threads: every member may be called from any.
class TenantDirectory {
 public:
  explicit TenantDirectory(TenantRegistry registry);

  [[nodiscard]] std::shared_ptr<const TenantRegistry> current() const;
  // Errors: usage (no such tenant), bad_input (a webhook that parse_url refuses; an apiKey without
  // a credential, of another tenant, or whose secret the tenant's cipher cannot take). Then nothing
  // has changed. What is as it was is fine.
  std::optional<Error> change(std::int64_t tenant_id, const TenantChange& change);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TenantRegistry> current_;
};

}  // namespace roomle_sim
