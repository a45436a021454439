#include "sender/token.h"

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "sender/c_handle.h"
#include "tenants/encoding.h"

namespace roomle_sim {
namespace {

enum class Direction { decrypt = 0, encrypt = 1 };

// OpenSSL keeps failures in a queue per thread, where a later TLS call would take them for its own.
struct KeepErrorQueue {
  KeepErrorQueue() { ERR_set_mark(); }
  ~KeepErrorQueue() { ERR_pop_to_mark(); }
  KeepErrorQueue(const KeepErrorQueue&) = delete;
  KeepErrorQueue& operator=(const KeepErrorQueue&) = delete;
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const EVP_CIPHER* cipher_of(TokenAlgorithm algorithm, std::size_t key_size) {
  const bool cbc = algorithm == TokenAlgorithm::aes_cbc;
  switch (key_size) {
    case 16:
      return cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
    case 24:
      return cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
    case 32:
      return cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
    default:
      throw std::logic_error("cipher_key gave a key that is not 16, 24 or 32 bytes long");
  }
}

// Nothing when the padding is wrong; any other failure is a bug.
std::optional<std::string> run_cipher(Direction direction, TokenAlgorithm algorithm,
                                      const Secret& key, std::string_view iv,
                                      std::string_view input) {
  if (input.size() > INT_MAX - kAesBlock) throw std::length_error("a token's text is too long");
  const KeepErrorQueue keep;
  const CHandle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context(EVP_CIPHER_CTX_new());
  std::string output(input.size() + kAesBlock, '\0');
  auto* const into = reinterpret_cast<unsigned char*>(output.data());
  int written = 0;
  if (!context ||
      EVP_CipherInit_ex(context.get(), cipher_of(algorithm, key.size()), nullptr,
                        bytes_of(key.reveal()), iv.empty() ? nullptr : bytes_of(iv),
                        static_cast<int>(direction)) != 1 ||
      EVP_CipherUpdate(context.get(), into, &written, bytes_of(input),
                       static_cast<int>(input.size())) != 1) {
    throw std::runtime_error("OpenSSL refused an AES operation");
  }
  int last = 0;
  if (EVP_CipherFinal_ex(context.get(), into + written, &last) != 1) return std::nullopt;
  output.resize(static_cast<std::size_t>(written) + static_cast<std::size_t>(last));
  return output;
}

// The IV of the modes in which both sides know it beforehand.
std::string known_iv(const TokenSettings& settings, const Secret& key) {
  switch (settings.iv) {
    case IvMode::key:
      return std::string(key.reveal().substr(0, kAesBlock));
    case IvMode::fixed:
      if (settings.fixed_iv.size() != kAesBlock) throw std::logic_error("an IV has sixteen bytes");
      return settings.fixed_iv;
    case IvMode::zero:
    case IvMode::prefix:
      break;
  }
  return std::string(kAesBlock, '\0');
}

Result<std::string> random_iv() {
  std::string iv(kAesBlock, '\0');
  const KeepErrorQueue keep;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(iv.data()), static_cast<int>(iv.size())) == 1) {
    return iv;
  }
  return Error{ErrorCode::unavailable, "the system gives no random bytes for an IV"};
}

Result<std::string> encrypt_bytes(std::string_view plaintext, const Secret& secret,
                                  const TokenSettings& settings) {
  if (settings.algorithm == TokenAlgorithm::plain) return std::string(plaintext);
  Result<Secret> key = cipher_key(secret, settings.key);
  if (!key) return key.error();
  std::string iv;
  std::string before;
  if (settings.algorithm == TokenAlgorithm::aes_cbc) {
    iv = known_iv(settings, *key);
    if (settings.iv == IvMode::prefix) {
      Result<std::string> random = random_iv();
      if (!random) return random;
      before = iv = *random;
    }
  }
  return before + run_cipher(Direction::encrypt, settings.algorithm, *key, iv, plaintext).value();
}

struct Encoded {
  TokenAlgorithm algorithm = TokenAlgorithm::plain;
  std::string bytes;
};

// The checks that need no key: form, base64, and whole blocks.
Result<Encoded, TokenError> decode(std::string_view token, const TokenSettings& settings) {
  const Result<TokenAlgorithm, TokenError> algorithm = token_algorithm(token);
  if (!algorithm) return algorithm.error();
  const std::string_view text = token.substr(token.find('-') + 1);
  std::optional<std::string> bytes = base64_decode(text);
  if (!bytes) {
    return TokenError{TokenFault::base64,
                      fmt::format("what stands behind '{}' is not base64, or was cut ({} "
                                  "characters)",
                                  token.substr(0, 3), text.size())};
  }
  if (bytes->empty()) {
    return TokenError{TokenFault::length,
                      fmt::format("nothing stands behind '{}'", token.substr(0, 3))};
  }
  if (*algorithm == TokenAlgorithm::plain) return Encoded{*algorithm, std::move(*bytes)};
  if (bytes->size() % kAesBlock != 0) {
    return TokenError{TokenFault::length,
                      fmt::format("its {} bytes are no whole number of cipher blocks of {}: "
                                  "something was cut or added",
                                  bytes->size(), kAesBlock)};
  }
  if (*algorithm == TokenAlgorithm::aes_cbc && settings.iv == IvMode::prefix &&
      bytes->size() < 2 * kAesBlock) {
    return TokenError{TokenFault::length,
                      "one block alone cannot hold both an IV and a ciphertext"};
  }
  return Encoded{*algorithm, std::move(*bytes)};
}

bool printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string describe_plaintext(std::string_view plaintext, TokenAlgorithm algorithm) {
  constexpr std::string_view form = "<timestamp>;<sessionToken>;<apiKey>";
  if (printable_ascii(plaintext)) {
    // With a prepended IV the block that a wrong IV would spoil goes unseen.
    const bool cbc = algorithm == TokenAlgorithm::aes_cbc;
    return fmt::format(
        "it decrypts to '{}', which is not of the form {}{}", plaintext, form,
        cbc ? " (is the IV setting right? 'roomle-sim token identify' finds it)" : "");
  }
  const bool end_readable =
      plaintext.size() > 2 * kAesBlock && printable_ascii(plaintext.substr(kAesBlock));
  if (algorithm == TokenAlgorithm::aes_cbc && end_readable) {
    return fmt::format(
        "it decrypts to '????????????????{}': the key is right, but the IV is not, and a wrong IV "
        "spoils the first block alone ('roomle-sim token identify' finds the IV setting)",
        plaintext.substr(kAesBlock));
  }
  return fmt::format("it decrypts to {} bytes that are not {}: in general another secret",
                     plaintext.size(), form);
}

}  // namespace

std::string format_plaintext(const TokenContent& content) {
  return fmt::format("{};{};{}", content.timestamp, content.session_token, content.api_key);
}

Result<TokenContent> parse_plaintext(std::string_view plaintext) {
  const std::size_t first = plaintext.find(';');
  const std::size_t last = plaintext.rfind(';');
  if (first == std::string_view::npos || first == last) {
    return Error{ErrorCode::bad_input,
                 "a token's text has two semicolons: <timestamp>;<sessionToken>;<apiKey>"};
  }
  return TokenContent{std::string(plaintext.substr(0, first)),
                      std::string(plaintext.substr(first + 1, last - first - 1)),
                      std::string(plaintext.substr(last + 1))};
}

Result<std::string> encrypt_token(std::string_view plaintext, const Secret& secret,
                                  const TokenSettings& settings) {
  const Result<std::string> bytes = encrypt_bytes(plaintext, secret, settings);
  if (!bytes) return bytes;
  std::string text = base64_encode(*bytes);
  if (settings.url_form) text = base64_url_form(std::move(text));
  return fmt::format("{}-{}", algorithm_words()[static_cast<std::size_t>(settings.algorithm)],
                     text);
}

Result<TokenAlgorithm, TokenError> token_algorithm(std::string_view token) {
  const std::size_t dash = token.find('-');
  if (token.empty()) return TokenError{TokenFault::form, "it is empty"};
  if (dash == std::string_view::npos) {
    return TokenError{TokenFault::form,
                      "it has no dash: a token is <algorithm>-<base64>, such as 01-…"};
  }
  const auto& words = algorithm_words();
  const auto found = std::find(words.begin(), words.end(), token.substr(0, dash));
  if (found == words.end()) {
    const std::string_view name = token.substr(0, std::min<std::size_t>(dash, 8));
    return TokenError{TokenFault::form,
                      fmt::format("its algorithm{} is not known (01 is AES-CBC, 02 AES-ECB, 03 "
                                  "base64 alone)",
                                  printable_ascii(name) ? fmt::format(" '{}'", name) : "")};
  }
  return static_cast<TokenAlgorithm>(found - words.begin());
}

Result<std::string, TokenError> decrypt_token(std::string_view token, const Secret& secret,
                                              const TokenSettings& settings) {
  Result<Encoded, TokenError> encoded = decode(token, settings);
  if (!encoded) return encoded.error();
  if (encoded->algorithm == TokenAlgorithm::plain) return std::move(encoded->bytes);
  const Result<Secret> key = cipher_key(secret, settings.key);
  if (!key) return TokenError{TokenFault::key, key.error().message};
  std::string_view cipher_text = encoded->bytes;
  std::string iv;
  if (encoded->algorithm == TokenAlgorithm::aes_cbc) {
    iv = known_iv(settings, *key);
    if (settings.iv == IvMode::prefix) {
      iv = cipher_text.substr(0, kAesBlock);
      cipher_text.remove_prefix(kAesBlock);
    }
  }
  std::optional<std::string> plaintext =
      run_cipher(Direction::decrypt, encoded->algorithm, *key, iv, cipher_text);
  if (plaintext) return std::move(*plaintext);
  return TokenError{TokenFault::padding,
                    "it does not decrypt with this secret (the padding is wrong): it was made with "
                    "another secret or another key form, or it was changed on the way"};
}

Result<TokenContent, TokenError> read_token(std::string_view token, const Secret& secret,
                                            const TokenSettings& settings) {
  const Result<std::string, TokenError> plaintext = decrypt_token(token, secret, settings);
  if (!plaintext) return plaintext.error();
  Result<TokenContent> content = parse_plaintext(*plaintext);
  if (content && printable_ascii(*plaintext) && !content->session_token.empty() &&
      parse_timestamp(content->timestamp)) {
    return std::move(*content);
  }
  return TokenError{TokenFault::plaintext, describe_plaintext(*plaintext, *token_algorithm(token))};
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace roomle_sim
