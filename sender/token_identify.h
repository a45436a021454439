// Which settings made a token: for the day on which a developer holds one real token and its
// secret, since the vendor documents neither the IV nor the form of the key (vendor.md, "Not
// documented").
//
// How it is told. A wrong key leaves the padding right once in 256 times, and then the text behind
// it is noise; so right padding alone proves nothing, readable text does. In CBC the IV touches the
// first block alone: a right key shows itself whatever the IV, through everything from the second
// block on. And since the first block is the start of a timestamp, whoever knows the minute in
// which the token was made can compute the IV.
//
// Pure and thread-safe. Results hold settings and plaintext, never a secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "sender/token.h"
#include "tenants/token_settings.h"

namespace roomle_sim {

struct IdentifyRequest {
  Secret secret;                         // the tenant's; may be empty for a token of 03
  std::optional<Secret> default_secret;  // tried as well (a tenant without apiKey)
  // When the token was made, as it writes it: yyyy-MM-ddTHH:mm or more. Only for an unknown IV.
  std::string made_at;
};

// What is known of a finding, best first.
enum class Certainty {
  certain,   // the whole plaintext has the documented form
  likely,    // all of it is readable, but of another form, or the IV rests on `made_at`
  key_only,  // the key is right, the IV is not known: the settings cannot be used yet
};
std::string_view certainty_word(Certainty certainty);  // "certain", "likely", "key_only"

struct TokenFinding {
  Certainty certainty = Certainty::certain;
  bool by_default_secret = false;
  TokenSettings settings;  // of key_only, all but the IV
  std::string plaintext;   // of key_only, '?' stands for each byte of the first block
  std::string reason;      // one sentence: what speaks for it, and what is left open
};

struct TokenIdentification {
  TokenAlgorithm algorithm = TokenAlgorithm::aes_cbc;
  std::vector<TokenFinding> findings;  // the best first; none: another secret, or a damaged token
  std::vector<std::string> notes;      // what one token cannot tell
};

// Fails when the token is none: of an unknown algorithm, not base64, or of a wrong length.
Result<TokenIdentification, TokenError> identify_token(std::string_view token,
                                                       const IdentifyRequest& request);

}  // namespace roomle_sim
