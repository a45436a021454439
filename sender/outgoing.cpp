#include "sender/outgoing.h"

#include <algorithm>
#include <strings.h>

#include "sender/token.h"

namespace roomle_sim {
namespace {

void set_header(Headers& headers, const std::string& name, const std::string& value) {
  const auto same = [&](const auto& header) {
    return strcasecmp(header.first.c_str(), name.c_str()) == 0;
  };
  const auto found = std::find_if(headers.begin(), headers.end(), same);
  if (found == headers.end()) {
    headers.emplace_back(name, value);
  } else {
    found->second = value;
  }
}

}  // namespace

Result<Exchange> compose_attempt(const Tenant& tenant, const TokenCredential& credential,
                                 const std::string& body, const OutgoingOptions& options,
                                 TimePoint now) {
  const TokenSettings& settings = tenant.simulator.token;
  Exchange exchange;
  exchange.plaintext =
      format_plaintext({format_timestamp(now), "anonymous", credential.credential->api_key});
  Result<std::string> token =
      encrypt_token(exchange.plaintext, credential.credential->secret, settings);
  if (!token) return token.error();
  exchange.token = std::move(*token);
  AttemptRequest& request = exchange.request;
  request.pool_key = std::to_string(tenant.id);
  request.url = tenant.webhook;
  request.body = body;
  request.timeout = tenant.simulator.timeout;
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", tenant.simulator.user_agent},
                     {settings.header, exchange.token}};
  for (const auto& [name, value] : options.headers) set_header(request.headers, name, value);
  return exchange;
}

}  // namespace roomle_sim
