// Checks a request against what a tenant may expect: the token, and the body by the catalogue. Pure
// and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "endpoint/received.h"
#include "tenants/registry.h"
#include "tenants/token_settings.h"

namespace roomle_sim {

// One secret that a token may have been encrypted with.
struct VerificationKey {
  Secret secret;
  std::string api_key;  // what the token must name; empty: anything
  TokenSettings settings;
  bool authenticates = true;              // false: the default secret
  std::optional<std::int64_t> tenant_id;  // whose it is
};

// The keys are tried in order; the first that reads the token and names its apiKey wins.
struct Verification {
  std::vector<VerificationKey> keys;  // empty: tokens cannot be read, and that is no problem
  Duration clock_tolerance = std::chrono::minutes(5);  // between the token's timestamp and now
};

// A key for each tenant of the registry; where it has no tenants, one for each credential and then
// the default one, with default settings.
Verification verification_of(const TenantRegistry& registry);

// Fills event, data, token, problems and tenant_id from method, headers, body and time.
void inspect(ReceivedRequest& request, const Verification& verification);

}  // namespace roomle_sim
