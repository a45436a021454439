// The flags of `roomle-sim endpoint`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "cli/token_options.h"
#include "endpoint/server.h"
#include "tenants/registry.h"

namespace roomle_sim {

// As they were given. Must outlive the parsing.
class EndpointFlags {
 public:
  void add_to(Command& command);
  // Reads the files that they name.
  [[nodiscard]] Result<EndpointOptions> options();
  // Whether commands come on stdin.
  [[nodiscard]] bool control() const { return control_; }
  [[nodiscard]] const std::string& authority_file() const { return authority_file_; }
  // The flags of `send` for an event to this endpoint, at `url`, that can be authenticated, where
  // these here tell how. They name no secret. After options().
  [[nodiscard]] std::string flags_to_send(const std::string& url) const;
  // Writes the certificate of the endpoint's authority, where that was asked for and there is one.
  [[nodiscard]] std::optional<Error> write_authority(const EndpointServer& server) const;

 private:
  [[nodiscard]] Result<Behavior> behavior() const;
  [[nodiscard]] Result<Verification> verification();

  std::string host_ = "127.0.0.1";
  std::uint16_t port_ = 0;
  std::string behavior_file_;
  std::string fault_;
  std::string authority_file_;
  bool control_ = false;
  std::string tenants_file_;
  TenantRegistry registry_;  // of that file
  std::string api_key_;
  SecretOption secret_;
  std::uint64_t seed_ = 1;
};

// The first active tenant whose events come to an endpoint at `url`; null: there is none.
const Tenant* tenant_at(const TenantRegistry& registry, const std::string& url);

}  // namespace roomle_sim
