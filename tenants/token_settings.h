// What the vendor leaves open about the token (vendor.md, "Not documented"), each a setting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/result.h"
#include "base/secret.h"

namespace roomle_sim {

// The algorithms of the vendor's REST API token (page "Authentication").
enum class TokenAlgorithm {
  aes_cbc,  // "01", AES_CBC_PKCS5
  aes_ecb,  // "02", AES_ECB_PKCS5
  plain,    // "03", base64 alone, as the vendor's published client sends it
};

// Where the IV of an aes_cbc token comes from.
enum class IvMode {
  prefix,  // random, and prepended to the ciphertext (default)
  zero,    // sixteen zero bytes
  key,     // the first sixteen bytes of the key
  fixed,   // TokenSettings::fixed_iv
};

// How a secret's text becomes an AES key. The published test vector shows `raw` for 16 bytes.
enum class KeyForm {
  raw,     // the text's own bytes: 16, 24 or 32 of them (default)
  sha256,  // its SHA-256: 32 bytes
  md5,     // its MD5: 16 bytes
  hex,     // it is hex of 16, 24 or 32 bytes
  base64,  // it is base64 of 16, 24 or 32 bytes
};

struct TokenSettings {
  TokenAlgorithm algorithm = TokenAlgorithm::aes_cbc;
  IvMode iv = IvMode::prefix;
  std::string fixed_iv;  // sixteen bytes, when iv is `fixed`
  KeyForm key = KeyForm::raw;
  std::string header = "token";  // the header's name
  bool url_form = false;         // '+' written '-' and '/' written '_' (page "Authentication")
};

// The words of the files and flags, in the order of the enums.
const std::vector<std::string_view>& algorithm_words();  // "01", "02", "03"
const std::vector<std::string_view>& iv_words();         // "prefix", "zero", "key", "fixed"
const std::vector<std::string_view>& key_words();        // "raw", "sha256", "md5", "hex", "base64"

// Reads { "algorithm": "01", "iv": "prefix" | {"fixed": "<32 hex digits>"}, "key": "raw",
// "header": "token", "urlForm": false }, reporting what is wrong to `diagnostics`.
TokenSettings read_token_settings(const JsonNode& node, Diagnostics& diagnostics);

// The same as JSON text, without the members that have their default: what a user pastes under
// `simulator.token`.
std::string to_json_text(const TokenSettings& settings);

// The AES key: 16, 24 or 32 bytes. A secret that gives no such key is an error that says what
// lengths would do, and never contains the secret.
Result<Secret> cipher_key(const Secret& secret, KeyForm form);

}  // namespace roomle_sim
