// The token of a POST: `<algorithm>-<base64 of the encrypted bytes>` (REST API page
// "Authentication"; that the webhook's has the same form is our assumption, see vendor.md).
//
// All functions are pure but for the random IV, which OpenSSL gives. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "tenants/token_settings.h"

namespace roomle_sim {

// Bytes of a cipher block, and of an IV.
inline constexpr std::size_t kAesBlock = 16;

// The plaintext: <timestamp>;<sessionToken>;<apiKey>.
struct TokenContent {
  std::string timestamp;                    // as written; parse_timestamp reads it
  std::string session_token = "anonymous";  // "anonymous" stands where no user is logged in
  std::string api_key;
};

std::string format_plaintext(const TokenContent& content);

// Splits at the first and the last semicolon; nothing is checked beyond there being two.
Result<TokenContent> parse_plaintext(std::string_view plaintext);

// Encrypts any plaintext. Fails when the secret gives no key of the cipher.
Result<std::string> encrypt_token(std::string_view plaintext, const Secret& secret,
                                  const TokenSettings& settings);

// Why a token cannot be read.
enum class TokenFault {
  form,       // not `NN-…`, or an unknown algorithm
  base64,     // the part behind the dash is not base64
  length,     // no whole number of cipher blocks, or too short
  padding,    // decrypted, but the padding is wrong: in general another secret or another IV
  plaintext,  // decrypted, but it is not <timestamp>;<sessionToken>;<apiKey>
  key,        // the secret gives no key
};

struct TokenError {
  TokenFault fault;
  std::string message;  // for the user: what was found, what was expected; never the secret
};

// The algorithm that a token names before its first dash. (In the URL form there are more dashes.)
Result<TokenAlgorithm, TokenError> token_algorithm(std::string_view token);

// The plaintext of a token, whatever it says: a wrong IV is not noticed here, read_token does. The
// algorithm is read from the token itself; iv and key come from `settings`. Both base64 forms are
// read, whatever settings.url_form says.
Result<std::string, TokenError> decrypt_token(std::string_view token, const Secret& secret,
                                              const TokenSettings& settings);

// decrypt_token, then the plaintext taken apart and checked: the timestamp must be one, the session
// token must not be empty, and all of it must be printable ASCII (an apiKey may be empty).
Result<TokenContent, TokenError> read_token(std::string_view token, const Secret& secret,
                                            const TokenSettings& settings);

// Whether two texts are equal, in a time that depends on their lengths alone.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace roomle_sim
