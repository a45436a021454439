#include "endpoint/verification.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.h"
#include "sender/catalogue.h"
#include "sender/json_depth.h"
#include "tenants/header_name.h"

namespace roomle_sim {
namespace {

void read_body(ReceivedRequest& request) {
  if (nested_deeper_than(request.body, kMostJsonDepth)) return;  // check_body() tells
  const auto body = json_from(request.body);
  if (!body.is_object()) return;
  if (const auto event = body.find("event"); event != body.end() && event->is_string()) {
    request.event = event->get<std::string>();
  }
  if (const auto data = body.find("data"); data != body.end()) request.data = *data;
}

// `later - earlier`, at most a hundred years either way: two moments that a TimePoint can hold may
// lie further apart than a Duration can.
Duration clamped_difference(TimePoint later, TimePoint earlier) {
  constexpr std::chrono::seconds kMost = std::chrono::days(36'525);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(later) -
                       std::chrono::floor<std::chrono::seconds>(earlier);
  if (seconds > kMost) return kMost;
  if (seconds < -kMost) return -kMost;
  return later - earlier;
}

// Decides which key a token was made with, and keeps the most telling failure.
class TokenInspector {
 public:
  TokenInspector(ReceivedRequest& request, const Verification& verification)
      : request_(request), token_(request.token), verification_(verification) {}

  void inspect() {
    if (!find_header()) {
      request_.problems.push_back(
          fmt::format("the header '{}' with the token is missing", token_.header));
      return;
    }
    token_.verdict = TokenVerdict::unreadable;
    if (token_.value.starts_with("03-")) {
      read_plain();
    } else {
      for (const VerificationKey& key : verification_.keys) {
        if (same_header_name(key.settings.header, token_.header) && try_key(key)) break;
      }
    }
    report();
  }

 private:
  bool find_header() {
    token_.header = verification_.keys.empty() ? TokenSettings{}.header
                                               : verification_.keys.front().settings.header;
    if (take(token_.header)) return true;
    return std::any_of(verification_.keys.begin(), verification_.keys.end(),
                       [&](const VerificationKey& key) { return take(key.settings.header); });
  }

  bool take(const std::string& name) {
    const std::string* value = request_.header(name);
    if (value == nullptr) return false;
    token_.header = name;
    token_.value = *value;
    return true;
  }

  void read_plain() {
    const Result<TokenContent, TokenError> content = read_token(token_.value, Secret{}, {});
    keep(content, Secret{}, {});
    if (content) token_.verdict = TokenVerdict::unencrypted;
  }

  // True when this key settles it.
  bool try_key(const VerificationKey& key) {
    const Result<TokenContent, TokenError> content =
        read_token(token_.value, key.secret, key.settings);
    const bool first_read = content.ok() && !token_.content;
    const bool named =
        content.ok() && (key.api_key.empty() || equal_constant_time(content->api_key, key.api_key));
    if (first_read || named || (!content.ok() && !token_.content)) {
      keep(content, key.secret, key.settings);
    }
    if (!content) return false;
    if (first_read || named) expected_ = key.api_key;
    if (named) {
      token_.verdict =
          key.authenticates ? TokenVerdict::authenticated : TokenVerdict::default_secret;
      request_.tenant_id = key.tenant_id;
    } else if (first_read) {
      token_.verdict = TokenVerdict::wrong_api_key;
    }
    return named;
  }

  void keep(const Result<TokenContent, TokenError>& content, const Secret& secret,
            const TokenSettings& settings) {
    if (content) {
      token_.content = *content;
      token_.plaintext = format_plaintext(*content);
      token_.error.reset();
      return;
    }
    // A text that came out says more than padding that did not fit.
    if (token_.error && content.error().fault != TokenFault::plaintext) return;
    token_.error = content.error();
    const Result<std::string, TokenError> text = decrypt_token(token_.value, secret, settings);
    if (text) token_.plaintext = *text;
  }

  void report() {
    if (token_.error) {
      const std::size_t tried = verification_.keys.size();
      request_.problems.push_back(tried > 1 ? fmt::format("none of {} secrets reads the token: {}",
                                                          tried, token_.error->message)
                                            : fmt::format("the token: {}", token_.error->message));
    }
    const bool plain_wanted = std::any_of(
        verification_.keys.begin(), verification_.keys.end(),
        [](const VerificationKey& key) { return key.settings.algorithm == TokenAlgorithm::plain; });
    if (token_.verdict == TokenVerdict::unencrypted && !plain_wanted) {
      request_.problems.emplace_back("the token is not encrypted (03): it proves nothing");
    }
    if (token_.verdict == TokenVerdict::wrong_api_key) {
      request_.problems.push_back(fmt::format("the token names the apiKey '{}' and not '{}'",
                                              token_.content->api_key, expected_));
    }
    report_age();
  }

  void report_age() {
    if (!token_.content) return;
    const Result<TimePoint> made = parse_timestamp(token_.content->timestamp);
    if (!made) return;  // read_token() checked it
    const Duration age = clamped_difference(request_.time, *made);
    if (age > verification_.clock_tolerance) {
      request_.problems.push_back(fmt::format(
          "the token's timestamp is {} old: a replay, or a wrong clock", humanize(age)));
    } else if (-age > verification_.clock_tolerance) {
      request_.problems.push_back(
          fmt::format("the token's timestamp is {} in the future", humanize(-age)));
    }
  }

  ReceivedRequest& request_;
  ReceivedToken& token_;
  const Verification& verification_;
  std::string expected_;
};

}  // namespace

std::string_view verdict_word(TokenVerdict verdict) {
  switch (verdict) {
    case TokenVerdict::missing:
      return "missing";
    case TokenVerdict::unreadable:
      return "unreadable";
    case TokenVerdict::authenticated:
      return "authenticated";
    case TokenVerdict::default_secret:
      return "default_secret";
    case TokenVerdict::wrong_api_key:
      return "wrong_api_key";
    case TokenVerdict::unencrypted:
      return "unencrypted";
  }
  return "";
}

std::vector<std::string_view> verdict_words() {
  std::vector<std::string_view> words;
  for (const TokenVerdict verdict :
       {TokenVerdict::missing, TokenVerdict::unreadable, TokenVerdict::authenticated,
        TokenVerdict::default_secret, TokenVerdict::wrong_api_key, TokenVerdict::unencrypted}) {
    words.push_back(verdict_word(verdict));
  }
  return words;
}

nlohmann::ordered_json token_members(const ReceivedToken& token) {
  nlohmann::ordered_json members = nlohmann::ordered_json::object();
  if (!token.value.empty()) members["value"] = token.value;
  if (token.plaintext) members["plaintext"] = *token.plaintext;
  if (token.content) {
    members["timestamp"] = token.content->timestamp;
    members["sessionToken"] = token.content->session_token;
    members["apiKey"] = token.content->api_key;
  }
  return members;
}

const std::string* ReceivedRequest::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return same_header_name(header.first, name);
  });
  return found == headers.end() ? nullptr : &found->second;
}

Verification verification_of(const TenantRegistry& registry) {
  Verification verification;
  for (const Tenant& tenant : registry.tenants()) {
    const TokenCredential credential = registry.credential_for(tenant);
    verification.keys.push_back({credential.credential->secret, credential.credential->api_key,
                                 tenant.simulator.token, credential.authenticates, tenant.id});
  }
  if (!verification.keys.empty()) return verification;
  for (const Credential& credential : registry.credentials()) {
    verification.keys.push_back({credential.secret, credential.api_key, {}, true, std::nullopt});
  }
  const Credential& fallback = registry.default_credential();
  verification.keys.push_back({fallback.secret, fallback.api_key, {}, false, std::nullopt});
  return verification;
}

void inspect(ReceivedRequest& request, const Verification& verification) {
  read_body(request);
  if (request.method != "POST") {
    request.problems.push_back(fmt::format("the method is {} and not POST", request.method));
    return;
  }
  for (std::string& problem : check_body(request.body)) {
    request.problems.push_back(std::move(problem));
  }
  TokenInspector(request, verification).inspect();
}

}  // namespace roomle_sim
