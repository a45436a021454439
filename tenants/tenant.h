// A company that uses the vendor's configurators, and its credentials (REST API page "Tenant").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/time.h"
#include "tenants/retry_policy.h"
#include "tenants/token_settings.h"

namespace roomle_sim {

// What the simulator lets one set, beside what the vendor documents: the file's `simulator`.
struct SimulatorSettings {
  RetryPolicy retry;
  Duration timeout = std::chrono::seconds(10);  // for one whole attempt, from resolving to the body
  TokenSettings token;
  std::string user_agent = "Roomle";  // of the POST
};

// Letters, digits, '-' and '_', at most 35 (RFC 5646, section 4.4.1): "de", "en-US".
bool is_language_tag(std::string_view text);

struct Tenant {
  std::int64_t id = 0;
  std::string name;   // unique
  std::string label;  // for people; falls back to `name`
  bool active = true;
  std::string default_language = "en";
  bool branded = true;
  std::string privacy_url;
  std::string webhook;                 // empty: no POST, the email goes out at once
  std::optional<std::string> api_key;  // nothing: the default secret encrypts the token
  SimulatorSettings simulator;

  [[nodiscard]] const std::string& shown_name() const { return label.empty() ? name : label; }
};

struct Credential {
  std::string api_key;
  Secret secret;
};

}  // namespace roomle_sim
