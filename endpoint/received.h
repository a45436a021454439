// One request as the endpoint saw it: what came, what is wrong with it, and how it was answered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/time.h"
#include "endpoint/behavior.h"
#include "sender/token.h"
#include "sender/transport.h"

namespace roomle_sim {

// What the token says about who sent the event.
enum class TokenVerdict {
  missing,         // no token header
  unreadable,      // none of the known secrets reads it: see ReceivedToken::error
  authenticated,   // read with a tenant's own secret, and it names that tenant's apiKey
  default_secret,  // read with the default secret, which authenticates nobody (Webhook doc.)
  wrong_api_key,   // read, but the apiKey in it is not the one that the secret belongs to
  unencrypted,     // algorithm 03: anybody can have written it
};

// "missing", "unreadable", "authenticated", "default_secret", "wrong_api_key", "unencrypted".
std::string_view verdict_word(TokenVerdict verdict);
std::vector<std::string_view> verdict_words();

struct ReceivedToken {
  std::string header;  // the header's name, as the settings have it
  std::string value;   // as it came; empty when missing
  TokenVerdict verdict = TokenVerdict::missing;
  std::optional<std::string>
      plaintext;                        // decrypted, even when it is no <timestamp>;<session>;<key>
  std::optional<TokenContent> content;  // the plaintext taken apart
  std::optional<TokenError> error;      // why it is unreadable
};

// What it says, in the members that --json and the scenarios have for it: "value", "plaintext",
// "timestamp", "sessionToken", "apiKey". What is not known is absent.
nlohmann::ordered_json token_members(const ReceivedToken& token);

struct ReceivedRequest {
  std::uint64_t number = 0;  // from 1, in the order in which they were completely received
  TimePoint time;            // when it was completely received
  std::string method;
  std::string target;  // path and query, as they came
  Headers headers;     // in the order they came
  std::string body;
  std::string event;            // the event's type; empty when the body names none
  nlohmann::ordered_json data;  // the event's data; null when the body has none
  ReceivedToken token;
  std::vector<std::string> problems;      // one sentence each; empty when all is right
  std::optional<std::int64_t> tenant_id;  // whose token it was, when that is known
  ResponsePlan plan;                      // how it is answered
  std::string endpoint;  // the endpoint's name, given by whoever runs several of them

  // The first header of that name, without regard to case; null where there is none.
  [[nodiscard]] const std::string* header(std::string_view name) const;
};

}  // namespace roomle_sim
