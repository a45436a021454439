// What `send` was asked to do, from its flags.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/http_options.h"
#include "cli/token_options.h"
#include "sender/dispatcher.h"
#include "sender/event.h"
#include "sender/http_transport.h"
#include "tenants/registry.h"

namespace roomle_sim {

// The flags as they were given. Must outlive the parsing.
class SendOptions {
 public:
  void add_to(Command& command);

  // The tenant to send for: out of the file, or one made up from --to and the secret.
  struct Target {
    std::shared_ptr<const TenantRegistry> registry;
    std::int64_t tenant = 0;
  };
  [[nodiscard]] Result<Target> target() const;
  [[nodiscard]] Result<Event> event() const;
  [[nodiscard]] const HttpTransportOptions& transport() const { return http_.transport(); }
  [[nodiscard]] Result<DispatcherOptions> dispatcher(const Target& target) const;
  [[nodiscard]] const std::string& mailbox() const { return mailbox_; }

 private:
  [[nodiscard]] Result<TenantRegistry> made_up() const;

  std::string event_;
  std::string to_;
  std::string tenants_file_;
  std::string tenant_;
  std::string api_key_;
  SecretOption secret_;
  std::vector<std::string> members_;
  std::vector<std::string> url_extra_;
  std::string retry_;
  std::optional<Duration> timeout_;
  std::string mailbox_;
  std::uint64_t seed_ = 1;
  HttpOptions http_;
};

}  // namespace roomle_sim
