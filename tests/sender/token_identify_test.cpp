#include "sender/token_identify.h"

#include <random>

#include <gtest/gtest.h>

#include "base/random.h"
#include "tenants/encoding.h"

namespace roomle_sim {
namespace {

constexpr std::string_view kIdentified = "2020-12-31T23:00:17.123Z;aSessionToken;aValidApiKey";
constexpr std::string_view kIv(
    "\x9A\x01"
    "Fixed-IV"
    "\xFF\xFE\x00\x03xy",
    16);

struct IdentifiedKey {
  KeyForm form;
  std::string_view secret;
};
constexpr IdentifiedKey kIdentifiedKeys[] = {
    {KeyForm::raw, "a-Secr3t_Str1ng!"},
    {KeyForm::raw, "a-Secr3t_Str1ng!-of-32-bytes-now"},
    {KeyForm::sha256, "a-Secr3t_Str1ng!"},
    {KeyForm::md5, "a-Secr3t_Str1ng!"},
    {KeyForm::hex, "000102030405060708090a0b0c0d0e0f"},  // 32 bytes raw, 24 as base64: both may be
    {KeyForm::base64, "AAECAwQFBgcICQoLDA0ODw=="},       // 24 bytes raw
};

TokenSettings settings_of(KeyForm key, IvMode iv,
                          TokenAlgorithm algorithm = TokenAlgorithm::aes_cbc) {
  TokenSettings settings;
  settings.algorithm = algorithm;
  settings.key = key;
  settings.iv = iv;
  if (iv == IvMode::fixed) settings.fixed_iv = kIv;
  return settings;
}

std::string token_of(const TokenSettings& settings, std::string_view secret,
                     std::string_view plaintext = kIdentified) {
  return encrypt_token(plaintext, Secret(std::string(secret)), settings).value();
}

IdentifyRequest request_of(std::string_view secret, std::string made_at = {}) {
  return {Secret(std::string(secret)), std::nullopt, std::move(made_at)};
}

TokenIdentification identified(std::string_view token, const IdentifyRequest& request) {
  auto result = identify_token(token, request);
  EXPECT_TRUE(result.ok()) << token;
  return result.ok() ? *result : TokenIdentification{};
}

void expect_only(const TokenIdentification& result, Certainty certainty,
                 const TokenSettings& settings) {
  ASSERT_EQ(result.findings.size(), 1U);
  const TokenFinding& found = result.findings.front();
  EXPECT_EQ(certainty_word(found.certainty), certainty_word(certainty)) << found.reason;
  EXPECT_EQ(to_json_text(found.settings), to_json_text(settings));
}

TEST(TokenIdentify, FindsEveryKeyFormWithEveryKnownIv) {
  for (const IdentifiedKey& key : kIdentifiedKeys) {
    for (const IvMode iv : {IvMode::prefix, IvMode::zero, IvMode::key}) {
      const TokenSettings settings = settings_of(key.form, iv);
      const auto result = identified(token_of(settings, key.secret), request_of(key.secret));
      SCOPED_TRACE(to_json_text(settings));
      expect_only(result, Certainty::certain, settings);
      EXPECT_EQ(result.findings.front().plaintext, kIdentified);
    }
  }
}

TEST(TokenIdentify, FindsEveryKeyFormOfEcb) {
  for (const IdentifiedKey& key : kIdentifiedKeys) {
    const TokenSettings settings = settings_of(key.form, IvMode::prefix, TokenAlgorithm::aes_ecb);
    expect_only(identified(token_of(settings, key.secret), request_of(key.secret)),
                Certainty::certain, settings);
  }
}

TEST(TokenIdentify, ReadsPlainTokensWithoutASecret) {
  const TokenSettings settings = settings_of(KeyForm::raw, IvMode::prefix, TokenAlgorithm::plain);
  const auto result = identified(token_of(settings, ""), request_of(""));
  expect_only(result, Certainty::certain, settings);
  EXPECT_FALSE(result.notes.empty());  // it proves nothing
}

TEST(TokenIdentify, AnUnknownIvLeavesTheKeyFound) {
  for (const IdentifiedKey& key : kIdentifiedKeys) {
    const TokenSettings settings = settings_of(key.form, IvMode::fixed);
    const auto result = identified(token_of(settings, key.secret), request_of(key.secret));
    ASSERT_EQ(result.findings.size(), 1U);
    EXPECT_EQ(result.findings.front().certainty, Certainty::key_only);
    EXPECT_EQ(result.findings.front().settings.key, key.form);
    EXPECT_EQ(result.findings.front().plaintext,
              "????????????????:17.123Z;aSessionToken;aValidApiKey");
  }
}

TEST(TokenIdentify, ComputesTheFixedIvFromTheMinute) {
  for (const IdentifiedKey& key : kIdentifiedKeys) {
    const TokenSettings settings = settings_of(key.form, IvMode::fixed);
    const std::string token = token_of(settings, key.secret);
    expect_only(identified(token, request_of(key.secret, "2020-12-31T23:00")), Certainty::likely,
                settings);
    expect_only(identified(token, request_of(key.secret, "2020-12-31T23:00:17.123Z")),
                Certainty::certain, settings);
  }
}

TEST(TokenIdentify, SecondsThatDisagreeWithTheTokenAreSaid) {
  const std::string token =
      token_of(settings_of(KeyForm::raw, IvMode::fixed), kIdentifiedKeys[0].secret);
  const auto result =
      identified(token, request_of(kIdentifiedKeys[0].secret, "2020-12-31T23:00:18.123Z"));
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings.front().certainty, Certainty::likely);
  EXPECT_NE(result.findings.front().reason.find(":17.123Z"), std::string::npos);
}

TEST(TokenIdentify, TriesTheDefaultSecretToo) {
  const TokenSettings settings = settings_of(KeyForm::sha256, IvMode::zero);
  IdentifyRequest request = request_of("the tenant's own secret");
  const std::string token = token_of(settings, "the default secret");
  EXPECT_TRUE(identified(token, request).findings.empty());
  request.default_secret = Secret("the default secret");
  const auto result = identified(token, request);
  expect_only(result, Certainty::certain, settings);
  EXPECT_TRUE(result.findings.front().by_default_secret);
}

TEST(TokenIdentify, TellsTheUrlForm) {
  TokenSettings settings = settings_of(KeyForm::raw, IvMode::zero);
  settings.url_form = true;
  const std::string token = token_of(settings, kIdentifiedKeys[0].secret);
  ASSERT_NE(token.find_first_of("-_", 3), std::string::npos) << "choose another plaintext";
  expect_only(identified(token, request_of(kIdentifiedKeys[0].secret)), Certainty::certain,
              settings);
}

TEST(TokenIdentify, AnotherPlaintextFormIsLikelyAtBest) {
  constexpr std::string_view text = "a webhook may well say something else in its token";
  for (const IvMode iv : {IvMode::prefix, IvMode::zero, IvMode::key}) {
    const TokenSettings settings = settings_of(KeyForm::raw, iv);
    const auto result = identified(token_of(settings, kIdentifiedKeys[0].secret, text),
                                   request_of(kIdentifiedKeys[0].secret));
    expect_only(result, Certainty::likely, settings);
    EXPECT_EQ(result.findings.front().plaintext, text);
  }
}

TEST(TokenIdentify, SaysSoWhenTheSecretIsAnother) {
  const TokenSettings settings = settings_of(KeyForm::raw, IvMode::prefix);
  const auto result =
      identified(token_of(settings, kIdentifiedKeys[0].secret), request_of("b-Secr3t_Str1ng!"));
  EXPECT_TRUE(result.findings.empty());
}

TEST(TokenIdentify, RandomWrongSecretsAreNeverTakenForTheRightOne) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::vector<std::string> tokens;
  for (const IvMode iv : {IvMode::prefix, IvMode::zero, IvMode::key, IvMode::fixed}) {
    tokens.push_back(token_of(settings_of(KeyForm::raw, iv), kIdentifiedKeys[0].secret));
  }
  tokens.push_back(
      token_of(settings_of(KeyForm::raw, {}, TokenAlgorithm::aes_ecb), kIdentifiedKeys[0].secret));
  for (int i = 0; i < 1000; ++i) {
    // Hex digits of a length that raw, hex and base64 can all take.
    std::string bytes;
    for (int n = 0; n < 16; ++n) bytes += static_cast<char>(random.next());
    const IdentifyRequest request = request_of(hex_encode(bytes), "2020-12-31T23:00:17.123Z");
    for (const std::string& token : tokens) {
      EXPECT_TRUE(identified(token, request).findings.empty()) << hex_encode(bytes);
    }
  }
}

TEST(TokenIdentify, RefusesWhatIsNoToken) {
  const auto fault = [](std::string_view token) {
    const auto result = identify_token(token, request_of("a-Secr3t_Str1ng!"));
    EXPECT_FALSE(result.ok());
    return result.ok() ? TokenFault::key : result.error().fault;
  };
  EXPECT_EQ(fault(""), TokenFault::form);
  EXPECT_EQ(fault("09-AAAA"), TokenFault::form);
  EXPECT_EQ(fault("01-%"), TokenFault::base64);
  EXPECT_EQ(fault("01-AAAA"), TokenFault::length);
  EXPECT_EQ(fault("03-"), TokenFault::length);
}

TEST(TokenIdentify, RandomBytesNeverCrashNorConvince) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes;
    for (std::uint64_t n = random.between(1, 8) * 16; n > 0; --n) {
      bytes += static_cast<char>(random.next());
    }
    const std::string token = (random.between(0, 1) == 0 ? "01-" : "02-") + base64_encode(bytes);
    EXPECT_TRUE(identified(token, request_of("a-Secr3t_Str1ng!")).findings.empty()) << token;
  }
}

}  // namespace
}  // namespace roomle_sim
