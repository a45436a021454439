// A tenant as the vendor's API shows and changes it (REST API page "Tenant"). Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "service/http_message.h"
#include "service/tenant_directory.h"
#include "tenants/tenant.h"

namespace roomle_sim {

// In the vendor's member names. `managed`: with `webhook` and `apiKey`, which are "only visible to
// users with tenant management rights". Never a secret.
nlohmann::ordered_json tenant_members(const Tenant& tenant, bool managed);

// What a PUT's body asks for: the members of tenant_members(), alone or under "tenant", as a GET
// has them. Those that cannot be changed at run time may be there with the value that they have.
// What else is in the body: 422, with the member in `where`.
Result<TenantChange, ApiProblem> read_tenant_change(const std::string& body, const Tenant& tenant);

}  // namespace roomle_sim
