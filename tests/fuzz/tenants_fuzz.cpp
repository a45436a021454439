// Bytes as a tenants file. No file and no environment variable is looked at: both are made up.
#include <set>

#include "tenants/registry.h"
#include "tests/fuzz/fuzzing.h"

using namespace roomle_sim;

namespace {

SecretSources made_up_sources() {
  SecretSources sources;
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name.empty()) return std::nullopt;
    return std::string(fuzz::kOutsideSecret);
  };
  sources.file = [](const std::string& path) -> Result<std::string> {
    if (path.ends_with('x')) return Error{ErrorCode::bad_input, path + ": there is no such file"};
    return std::string(fuzz::kOutsideSecret) + '\n';
  };
  return sources;
}

void check(const TenantRegistry& registry) {
  std::set<std::int64_t> ids;
  for (const Tenant& tenant : registry.tenants()) {
    fuzz::require(ids.insert(tenant.id).second, "no two tenants have one id");
    fuzz::require(registry.find(tenant.id) == &tenant, "a tenant is found by its id");
    fuzz::require(registry.find_by_name(tenant.name) == &tenant, "a tenant is found by its name");
    const TokenCredential found = registry.credential_for(tenant);
    fuzz::require(found.credential != nullptr, "each tenant has a credential");
    fuzz::require(cipher_key(found.credential->secret, tenant.simulator.token.key).ok(),
                  "each tenant's secret gives a key");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::to_text(bytes, size);
  if (fuzz::gives_away(text)) return 0;
  static const SecretSources kSources = made_up_sources();
  const auto registry = parse_tenants(fuzz::to_source(text), kSources);
  if (registry) {
    check(*registry);
  } else {
    const std::string& message = registry.error().message;
    fuzz::require(!message.empty(), "a refusal says why");
    fuzz::require(message.find(fuzz::kOutsideSecret) == std::string::npos,
                  "no message holds a secret from outside");
  }
  return 0;
}
