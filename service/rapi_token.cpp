#include "service/rapi_token.h"

#include <fmt/format.h>

#include "sender/token.h"

namespace roomle_sim {
namespace {

TokenSettings settings_of(const TenantRegistry& registry, const std::string& api_key) {
  for (const Tenant& tenant : registry.tenants()) {
    if (tenant.api_key == api_key) return tenant.simulator.token;
  }
  return {};
}

const Credential* credential_of(const TenantRegistry& registry, const std::string& api_key) {
  for (const Credential& one : registry.credentials()) {
    if (one.api_key == api_key) return &one;
  }
  const Credential& otherwise = registry.default_credential();
  return otherwise.api_key == api_key ? &otherwise : nullptr;
}

TokenCheck wrong(std::string problem) {
  return {std::move(problem), "header 'token'"};
}

TokenCheck wrong_key(std::string problem) {
  return {std::move(problem), "header 'apiKey'"};
}

// The sentences of sender/token.h show what a token decrypts to: for somebody who has its secret,
// not for whoever sends a request.
std::string unreadable(TokenFault fault, bool encrypted) {
  switch (fault) {
    case TokenFault::form:
      return "the token is not of the form <algorithm>-<base64>, where the algorithm is 01 "
             "(AES-CBC), 02 (AES-ECB) or 03 (base64 alone)";
    case TokenFault::base64:
      return "what stands behind the token's dash is not base64, or was cut";
    case TokenFault::length:
      return "the token's bytes are no whole number of cipher blocks: something was cut or added";
    case TokenFault::key:
      return "the secret of that apiKey gives no key for the cipher";
    case TokenFault::padding:
    case TokenFault::plaintext:
      break;
  }
  return encrypted ? "the token cannot be verified with the secret of the header's apiKey: it was "
                     "made with another secret, apiKey, IV or form of the key, or it was changed"
                   : "the token does not say <timestamp>;<sessionToken>;<apiKey>";
}

std::string check_time(const TokenContent& content, TimePoint now,
                       std::optional<Duration> tolerance) {
  const auto made = parse_timestamp(content.timestamp);
  if (!made) return "the token's timestamp cannot be read";
  const Duration off = *made > now ? *made - now : now - *made;
  if (!tolerance || off <= *tolerance) return {};
  return fmt::format("the token's timestamp is {} {} this machine's clock; {} are allowed",
                     humanize(off), *made > now ? "ahead of" : "behind", humanize(*tolerance));
}

// What is wrong with the apiKey, before anything is decrypted.
std::string check_key(bool encrypted, const std::string& api_key, const Credential* credential) {
  if (encrypted) {
    if (credential != nullptr) return {};
    return "no credential of the tenants file has the header's apiKey, so there is no secret to "
           "verify the token with";
  }
  if (api_key == kSdkApiKey) return {};
  if (credential != nullptr) {
    return "the header's apiKey has a secret: its token is encrypted (01 or 02), a token of 03 "
           "proves nothing";
  }
  return fmt::format(
      "the header's apiKey is neither {} (the vendor's client's) nor one of the "
      "tenants file",
      kSdkApiKey);
}

}  // namespace

TokenCheck check_request_token(const ApiRequest& request, const TenantRegistry& registry,
                               TimePoint now, std::optional<Duration> tolerance) {
  const std::string* token = request.header("token");
  const std::string* api_key = request.header("apiKey");
  if (token == nullptr || token->empty()) return wrong("the request has no header 'token'");
  if (api_key == nullptr || api_key->empty()) {
    return wrong_key("the request has no header 'apiKey'");
  }
  const auto algorithm = token_algorithm(*token);
  if (!algorithm) return wrong(unreadable(TokenFault::form, false));
  const bool encrypted = *algorithm != TokenAlgorithm::plain;
  const Credential* credential = credential_of(registry, *api_key);
  if (std::string problem = check_key(encrypted, *api_key, credential); !problem.empty()) {
    return wrong_key(std::move(problem));
  }
  const Secret none;
  const auto content =
      read_token(*token, encrypted ? credential->secret : none, settings_of(registry, *api_key));
  if (!content) return wrong(unreadable(content.error().fault, encrypted));
  if (!equal_constant_time(content->api_key, *api_key)) {
    return wrong(encrypted ? unreadable(TokenFault::plaintext, true)
                           : "the token names another apiKey than the header 'apiKey'");
  }
  if (std::string problem = check_time(*content, now, tolerance); !problem.empty()) {
    return wrong(std::move(problem));
  }
  return {};
}

}  // namespace roomle_sim
