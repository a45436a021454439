// The tenants file: load, validate, look up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "base/json_reader.h"
#include "base/result.h"
#include "tenants/shared_list.h"
#include "tenants/tenant.h"

namespace roomle_sim {

// Which secret a tenant's token is encrypted with (Webhook documentation: with no apiKey in the
// tenant, a default secret is used and the event cannot be authenticated).
struct TokenCredential {
  std::shared_ptr<const Credential> credential;  // never null
  bool authenticates = false;                    // false: the default secret, known to everyone
};

// Immutable once loaded, so any number of threads may read it. A copy shares its tenants and
// credentials, so that one with one tenant changed costs little more than that tenant.
class TenantRegistry {
 public:
  TenantRegistry();

  // In the file's order; for as long as the registry lives.
  [[nodiscard]] SharedList<Tenant> tenants() const { return SharedList<Tenant>(tenants_); }
  [[nodiscard]] SharedList<Credential> credentials() const {
    return SharedList<Credential>(credentials_);
  }
  [[nodiscard]] const Credential& default_credential() const { return *default_; }

  [[nodiscard]] const Tenant* find(std::int64_t id) const;
  // The same, to be kept.
  [[nodiscard]] std::shared_ptr<const Tenant> share(std::int64_t id) const;
  [[nodiscard]] const Tenant* find_by_name(std::string_view name) const;
  // An id in digits, or a name: what `--tenant` and a scenario's "tenant" take.
  [[nodiscard]] const Tenant* find_by_text(std::string_view id_or_name) const;

  [[nodiscard]] TokenCredential credential_for(const Tenant& tenant) const;

  // For building one in code. No validation: the loaders below do that.
  void add(Tenant tenant) { tenants_.push_back(std::make_shared<const Tenant>(std::move(tenant))); }
  // In place of the one with its id; nothing where there is none.
  void replace(Tenant tenant);
  void add(Credential credential) {
    credentials_.push_back(std::make_shared<const Credential>(std::move(credential)));
  }
  void set_default(Credential credential) {
    default_ = std::make_shared<const Credential>(std::move(credential));
  }

 private:
  std::vector<std::shared_ptr<const Tenant>> tenants_;
  std::vector<std::shared_ptr<const Credential>> credentials_;
  std::shared_ptr<const Credential> default_;
};

// The outside world that a tenants file or a scenario may point to: what a file takes in comes from
// here too. The defaults ask the process and the disk.
struct SecretSources {
  std::function<std::optional<std::string>(const std::string& name)> environment;
  // The content of a file, or an error that says why not.
  std::function<Result<std::string>(const std::string& path)> file;
  static SecretSources system();
};

// Reads "tenants", "credentials" and "defaultCredential" from an object that may have other members
// too (a scenario holds the same three). Relative secret files are sought beside `source`'s name.
// Refuses, each at its place: two tenants with one id or name, an apiKey with no credential, two
// credentials with one apiKey, a webhook that parse_url refuses, a secret whose length the cipher
// cannot take, an environment variable or secret file that is missing.
TenantRegistry read_tenants(ObjectReader& object, Diagnostics& diagnostics,
                            const SecretSources& sources = SecretSources::system());

// A whole tenants file. On mistakes: all of them rendered, as an Error of bad_input.
Result<TenantRegistry> parse_tenants(const Source& source,
                                     const SecretSources& sources = SecretSources::system());
Result<TenantRegistry> load_tenants(const std::string& path,
                                    const SecretSources& sources = SecretSources::system());

// Reads a secret written as text, {"env": "NAME"} or {"file": "PATH"}. One trailing newline of a
// file's content is dropped.
std::optional<Secret> read_secret(const JsonNode& node, Diagnostics& diagnostics,
                                  const SecretSources& sources);

// A whole file as a Source named by its path ("-" is stdin).
Result<Source> read_source(const std::string& path);

}  // namespace roomle_sim
