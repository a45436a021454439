// The vendor's routes (REST API pages "Configuration", "PlanSnapshot", "Tenant"; how its client
// calls them: the npm package @roomle/web-sdk), under /v2 and /api/v2. docs/rapi.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "sender/dispatcher.h"
#include "service/router.h"
#include "service/tenant_directory.h"

namespace roomle_sim {

// What is done about a request's own token (REST API page "Authentication"); what is wrong with one
// tells service/rapi_token.h.
enum class ApiAuth {
  off,     // it is not looked at
  log,     // what is wrong with it is told, and the request goes on (default)
  strict,  // what is wrong with it is 401
};
std::string_view api_auth_word(ApiAuth auth);
std::optional<ApiAuth> api_auth_from_word(std::string_view word);

struct RapiOptions {
  ApiAuth auth = ApiAuth::log;
  Duration export_time = std::chrono::seconds(2);  // between a 3d-export's answer and its event
  double export_failures = 0;                      // the share of exports that end badly, 0 to 1
  std::string share_url_base;                      // empty: kShareUrlBase
  std::string result_url_base;                     // of an export's resultUrl; empty: a default
  std::uint64_t seed = 1;                          // of export_failures
  // How far a token's timestamp may be from now. Nothing: any will do, since the vendor documents
  // no limit.
  std::optional<Duration> token_tolerance;
  std::function<void(const std::string& message)> log;  // what `log` tells; may be empty
};

// Threads: its routes are called from many at once. Lifetime: what the constructor is given
// outlives it, and it outlives the server.
class Rapi {
 public:
  Rapi(TenantDirectory& tenants, Dispatcher& dispatcher, const SystemClock& clock,
       RapiOptions options);
  ~Rapi();
  Rapi(const Rapi&) = delete;
  Rapi& operator=(const Rapi&) = delete;

  void add_routes(Router& router);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roomle_sim
