// Puts together the POST of one attempt: the body, and a fresh token with the current time.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sender/journal.h"
#include "sender/transport.h"
#include "tenants/registry.h"

namespace roomle_sim {

struct OutgoingOptions {
  Headers headers;  // added to every POST; one named like ours replaces it
};

// The exchange with its request, its result still empty. Fails only when the tenant's secret gives
// no key, which loading a registry rules out. Thread-safe.
Result<Exchange> compose_attempt(const Tenant& tenant, const TokenCredential& credential,
                                 const std::string& body, const OutgoingOptions& options,
                                 TimePoint now);

}  // namespace roomle_sim
