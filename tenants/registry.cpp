#include "tenants/registry.h"

#include <algorithm>
#include <charconv>

namespace roomle_sim {
namespace {

Error rendered(const Diagnostics& diagnostics) {
  std::string text = diagnostics.render();
  if (text.ends_with('\n')) text.pop_back();
  return {ErrorCode::bad_input, std::move(text)};
}

}  // namespace

// Our assumption, as the vendor publishes no default secret: the secret of its test vector.
TenantRegistry::TenantRegistry()
    : default_(std::make_shared<const Credential>(
          Credential{"roomle_default", Secret("a-Secr3t_Str1ng!")})) {}

void TenantRegistry::replace(Tenant tenant) {
  for (auto& one : tenants_) {
    if (one->id == tenant.id) {
      one = std::make_shared<const Tenant>(std::move(tenant));
      return;
    }
  }
}

const Tenant* TenantRegistry::find(std::int64_t id) const {
  const auto found = std::find_if(tenants_.begin(), tenants_.end(),
                                  [&](const auto& tenant) { return tenant->id == id; });
  return found == tenants_.end() ? nullptr : found->get();
}

std::shared_ptr<const Tenant> TenantRegistry::share(std::int64_t id) const {
  const auto found = std::find_if(tenants_.begin(), tenants_.end(),
                                  [&](const auto& tenant) { return tenant->id == id; });
  return found == tenants_.end() ? nullptr : *found;
}

const Tenant* TenantRegistry::find_by_name(std::string_view name) const {
  const auto found = std::find_if(tenants_.begin(), tenants_.end(),
                                  [&](const auto& tenant) { return tenant->name == name; });
  return found == tenants_.end() ? nullptr : found->get();
}

const Tenant* TenantRegistry::find_by_text(std::string_view id_or_name) const {
  std::int64_t id = 0;
  const char* end = id_or_name.data() + id_or_name.size();
  const auto [stop, error] = std::from_chars(id_or_name.data(), end, id);
  if (error == std::errc() && stop == end) {
    if (const Tenant* by_id = find(id)) return by_id;
  }
  return find_by_name(id_or_name);
}

TokenCredential TenantRegistry::credential_for(const Tenant& tenant) const {
  if (tenant.api_key) {
    for (const auto& credential : credentials_) {
      if (credential->api_key == *tenant.api_key) return {credential, true};
    }
  }
  return {default_, false};
}

Result<TenantRegistry> parse_tenants(const Source& source, const SecretSources& sources) {
  Diagnostics diagnostics;
  const std::optional<JsonNode> root = parse_json(source, diagnostics);
  if (!root) return rendered(diagnostics);
  ObjectReader reader(*root, diagnostics, "a tenants file");
  reader.required("tenants");
  TenantRegistry registry = read_tenants(reader, diagnostics, sources);
  reader.finish();
  if (!diagnostics.empty()) return rendered(diagnostics);
  return registry;
}

Result<TenantRegistry> load_tenants(const std::string& path, const SecretSources& sources) {
  const Result<Source> source = read_source(path);
  if (!source) return source.error();
  return parse_tenants(*source, sources);
}

}  // namespace roomle_sim
