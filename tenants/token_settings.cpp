#include "tenants/token_settings.h"

#include <array>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "base/json_text.h"
#include "tenants/encoding.h"
#include "tenants/header_name.h"

namespace roomle_sim {
namespace {

constexpr std::size_t kBlock = 16;

bool is_key_length(std::size_t bytes) {
  return bytes == 16 || bytes == 24 || bytes == 32;
}

std::optional<std::string> digest(std::string_view text, const EVP_MD* kind) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr) != 1) {
    return std::nullopt;
  }
  return std::string(bytes.begin(), bytes.begin() + size);
}

Result<Secret> digest_key(const Secret& secret, const EVP_MD* kind, std::string_view name) {
  std::optional<std::string> key = digest(secret.reveal(), kind);
  if (key) return Secret(std::move(*key));
  return Error{ErrorCode::unavailable, fmt::format("OpenSSL gives no {} here", name)};
}

Result<Secret> decoded_key(const std::optional<std::string>& key, std::string_view form) {
  if (!key) {
    return Error{ErrorCode::bad_input,
                 fmt::format("the secret is not {0} (it must be {0} of 16, 24 or 32 bytes)", form)};
  }
  if (is_key_length(key->size())) return Secret(*key);
  return Error{ErrorCode::bad_input,
               fmt::format("the secret is {} of {} bytes, but the cipher takes a key of 16, 24 or "
                           "32 bytes",
                           form, key->size())};
}

Result<Secret> raw_key(const Secret& secret) {
  if (is_key_length(secret.size())) return secret;
  return Error{ErrorCode::bad_input,
               fmt::format("the secret is {} bytes long, but the cipher takes a key of 16, 24 or "
                           "32 bytes",
                           secret.size())};
}

void read_fixed_iv(const JsonNode& node, Diagnostics& diagnostics, TokenSettings& settings) {
  ObjectReader reader(node, diagnostics, "a fixed IV");
  if (const JsonNode* fixed = reader.required("fixed")) {
    const std::optional<std::string> text = read_string(*fixed, diagnostics);
    std::optional<std::string> bytes = text ? hex_decode(*text) : std::nullopt;
    if (bytes && bytes->size() == kBlock) {
      settings.iv = IvMode::fixed;
      settings.fixed_iv = std::move(*bytes);
    } else if (text) {
      reader.report(*fixed, "a fixed IV is 16 bytes in hex", "32 hex digits");
    }
  }
  reader.finish();
}

void read_iv(const JsonNode& node, Diagnostics& diagnostics, TokenSettings& settings) {
  if (node.is(JsonNode::Kind::object)) return read_fixed_iv(node, diagnostics, settings);
  const std::optional<std::size_t> word = read_word(node, diagnostics, iv_words());
  if (!word) return;
  if (static_cast<IvMode>(*word) == IvMode::fixed) {
    diagnostics.add(node.where, "which fixed IV?", R"({"fixed": "<32 hex digits>"})");
    return;
  }
  settings.iv = static_cast<IvMode>(*word);
}

void read_header(const JsonNode& node, Diagnostics& diagnostics, TokenSettings& settings) {
  std::optional<std::string> name = read_string(node, diagnostics);
  if (!name) return;
  if (is_header_name(*name)) {
    settings.header = std::move(*name);
  } else {
    diagnostics.add(node.where, "not a header's name",
                    "letters, digits and !#$%&'*+-.^_`|~ (RFC 9110, section 5.6.2)");
  }
}

}  // namespace

const std::vector<std::string_view>& algorithm_words() {
  static const std::vector<std::string_view> kWords{"01", "02", "03"};
  return kWords;
}

const std::vector<std::string_view>& iv_words() {
  static const std::vector<std::string_view> kWords{"prefix", "zero", "key", "fixed"};
  return kWords;
}

const std::vector<std::string_view>& key_words() {
  static const std::vector<std::string_view> kWords{"raw", "sha256", "md5", "hex", "base64"};
  return kWords;
}

TokenSettings read_token_settings(const JsonNode& node, Diagnostics& diagnostics) {
  TokenSettings settings;
  ObjectReader reader(node, diagnostics, "token");
  if (const JsonNode* algorithm = reader.optional("algorithm")) {
    if (const auto word = read_word(*algorithm, diagnostics, algorithm_words())) {
      settings.algorithm = static_cast<TokenAlgorithm>(*word);
    }
  }
  const JsonNode* iv = reader.optional("iv");
  if (iv != nullptr) read_iv(*iv, diagnostics, settings);
  if (iv != nullptr && settings.algorithm != TokenAlgorithm::aes_cbc) {
    reader.report(*iv, "only algorithm 01 has an IV");
  }
  const JsonNode* key = reader.optional("key");
  if (key != nullptr) {
    if (const auto word = read_word(*key, diagnostics, key_words())) {
      settings.key = static_cast<KeyForm>(*word);
    }
    if (settings.algorithm == TokenAlgorithm::plain) {
      reader.report(*key, "algorithm 03 does not encrypt: it has no key");
    }
  }
  if (const JsonNode* header = reader.optional("header")) {
    read_header(*header, diagnostics, settings);
  }
  reader.read("urlForm", settings.url_form);
  reader.finish();
  return settings;
}

std::string to_json_text(const TokenSettings& settings) {
  const TokenSettings standard;
  nlohmann::ordered_json text = nlohmann::ordered_json::object();
  if (settings.algorithm != standard.algorithm) {
    text["algorithm"] = algorithm_words()[static_cast<std::size_t>(settings.algorithm)];
  }
  if (settings.iv == IvMode::fixed) {
    text["iv"]["fixed"] = hex_encode(settings.fixed_iv);
  } else if (settings.iv != standard.iv) {
    text["iv"] = iv_words()[static_cast<std::size_t>(settings.iv)];
  }
  if (settings.key != standard.key) {
    text["key"] = key_words()[static_cast<std::size_t>(settings.key)];
  }
  if (settings.header != standard.header) text["header"] = settings.header;
  if (settings.url_form) text["urlForm"] = true;
  return json_text(text);
}

Result<Secret> cipher_key(const Secret& secret, KeyForm form) {
  switch (form) {
    case KeyForm::raw:
      return raw_key(secret);
    case KeyForm::sha256:
      return digest_key(secret, EVP_sha256(), "SHA-256");
    case KeyForm::md5:
      return digest_key(secret, EVP_md5(), "MD5");
    case KeyForm::hex:
      return decoded_key(hex_decode(secret.reveal()), "hex");
    case KeyForm::base64:
      return decoded_key(base64_decode(secret.reveal()), "base64");
  }
  return Error{ErrorCode::bad_input, "no such key form"};
}

}  // namespace roomle_sim
