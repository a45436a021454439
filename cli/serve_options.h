// What `serve` was asked to do, from its flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/access_token.h"
#include "cli/command.h"
#include "cli/http_options.h"
#include "service/service.h"
#include "tenants/registry.h"

namespace roomle_sim {

inline constexpr std::uint16_t kServePort = 8787;

// The flags as they were given. Must outlive the parsing.
class ServeOptions {
 public:
  void add_to(Command& command);

  // The tenants file. Errors as load_tenants().
  [[nodiscard]] Result<TenantRegistry> tenants() const;
  // For the service, but for its callbacks. Errors: usage, and what an access token's file gives.
  [[nodiscard]] Result<ServiceOptions> service(const TenantRegistry& tenants) const;
  [[nodiscard]] const std::string& data_folder() const { return service_.data_folder; }
  [[nodiscard]] const std::string& host() const { return service_.http.host; }
  [[nodiscard]] ApiAuth api_auth() const { return service_.rapi.auth; }
  // Of the access token, as it was given; empty: there is none.
  [[nodiscard]] const std::string& access_token_file() const { return access_token_.file(); }

 private:
  void add_limits(Command& command);

  std::string tenants_file_;
  AccessTokenOption access_token_;
  ServiceOptions service_;  // as far as flags set it at once
  HttpOptions http_;
};

}  // namespace roomle_sim
