// Tokens of 01 against the `openssl` command line, in both directions.
#include <array>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sender/token.h"
#include "tenants/encoding.h"

namespace roomle_sim {
namespace {

constexpr std::string_view kOpensslPlaintext =
    "2020-12-31T23:00:00.000Z;aSessionToken;aValidApiKey";
constexpr std::string_view kFixedIv =
    "\x01\x23\x45\x67\x89\xAB\xCD\xEF"
    "fedcba98";

// Feeds `input`, which must hold no quote, to `openssl enc` and gives what it prints.
std::string openssl_enc(const std::string& arguments, std::string_view input) {
  const std::string command = fmt::format("printf %s '{}' | openssl enc {}", input, arguments);
  struct Close {
    void operator()(std::FILE* pipe) const { EXPECT_EQ(pclose(pipe), 0); }
  };
  const std::unique_ptr<std::FILE, Close> pipe(popen(command.c_str(), "r"));
  if (!pipe) return "popen failed";
  std::string output;
  std::array<char, 256> buffer{};
  for (std::size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    output.append(buffer.data(), got);
  }
  return output;
}

struct Case {
  std::string secret;
  IvMode iv = IvMode::prefix;

  [[nodiscard]] TokenSettings settings() const {
    TokenSettings settings;
    settings.iv = iv;
    settings.fixed_iv = kFixedIv;
    return settings;
  }
  [[nodiscard]] std::string iv_bytes() const {
    if (iv == IvMode::key) return secret.substr(0, 16);
    if (iv == IvMode::zero) return std::string(16, '\0');
    return std::string(kFixedIv);  // for prefix: one that openssl's side chose
  }
  [[nodiscard]] std::string arguments(std::string_view iv_used) const {
    return fmt::format("-aes-{}-cbc -K {} -iv {} -a -A", secret.size() * 8, hex_encode(secret),
                       hex_encode(iv_used));
  }
};

class TokenBesideOpenssl : public testing::TestWithParam<Case> {};

TEST_P(TokenBesideOpenssl, OpensslDecryptsWhatWeEncrypt) {
  const Case& param = GetParam();
  const auto token = encrypt_token(kOpensslPlaintext, Secret(param.secret), param.settings());
  ASSERT_TRUE(token.ok());
  ASSERT_TRUE(token->starts_with("01-"));
  std::string bytes = base64_decode(token->substr(3)).value();
  std::string iv = param.iv_bytes();
  if (param.iv == IvMode::prefix) {
    iv = bytes.substr(0, 16);
    bytes.erase(0, 16);
  }
  EXPECT_EQ(openssl_enc("-d " + param.arguments(iv), base64_encode(bytes)), kOpensslPlaintext);
}

TEST_P(TokenBesideOpenssl, WeDecryptWhatOpensslEncrypts) {
  const Case& param = GetParam();
  std::string text = openssl_enc("-e " + param.arguments(param.iv_bytes()), kOpensslPlaintext);
  if (param.iv == IvMode::prefix) {
    text = base64_encode(param.iv_bytes() + base64_decode(text).value());
  } else {
    // Without a random part both sides must give the same token.
    EXPECT_EQ(*encrypt_token(kOpensslPlaintext, Secret(param.secret), param.settings()),
              "01-" + text);
  }
  const auto read = decrypt_token("01-" + text, Secret(param.secret), param.settings());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, kOpensslPlaintext);
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const std::string_view secret :
       {"a-Secr3t_Str1ng!", "a-Secr3t_Str1ng!-24bytes", "a-Secr3t_Str1ng!-of-32-bytes-now"}) {
    for (const IvMode iv : {IvMode::prefix, IvMode::zero, IvMode::key, IvMode::fixed}) {
      cases.push_back({std::string(secret), iv});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(KeysAndIvs, TokenBesideOpenssl, testing::ValuesIn(all_cases()),
                         [](const auto& instance) {
                           return fmt::format(
                               "{}BitKeyIv_{}", instance.param.secret.size() * 8,
                               iv_words()[static_cast<std::size_t>(instance.param.iv)]);
                         });

}  // namespace
}  // namespace roomle_sim
