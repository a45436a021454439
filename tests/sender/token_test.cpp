#include "sender/token.h"

#include <random>

#include <gtest/gtest.h>

#include "base/random.h"
#include "tenants/encoding.h"

namespace roomle_sim {
namespace {

// The published vector (REST API page "Authentication").
constexpr std::string_view kPlaintext = "2020-12-31T23:00:00.000Z;aSessionToken;aValidApiKey";
constexpr std::string_view kToken =
    "02-jOi87tgUadH3EGwcs/FPR44LlPEVoayzgkkkzmMbPwz50gNngNxgX8aNmNZ1SMAy31j1qsB9RvlF1RxiILGYDQ==";
const Secret kSecret("a-Secr3t_Str1ng!");

TokenSettings settings_of(TokenAlgorithm algorithm, IvMode iv = IvMode::prefix,
                          KeyForm key = KeyForm::raw) {
  TokenSettings settings;
  settings.algorithm = algorithm;
  settings.iv = iv;
  settings.key = key;
  settings.fixed_iv = "0123456789abcdef";
  return settings;
}

TokenFault fault_of(std::string_view token, const Secret& secret = kSecret,
                    const TokenSettings& settings = {}) {
  const Result<TokenContent, TokenError> content = read_token(token, secret, settings);
  EXPECT_FALSE(content.ok()) << token;
  if (content.ok()) return TokenFault::form;
  EXPECT_EQ(content.error().message.find(secret.reveal()), std::string::npos);
  EXPECT_FALSE(content.error().message.empty());
  return content.error().fault;
}

std::string encrypted(std::string_view plaintext, const TokenSettings& settings,
                      const Secret& secret = kSecret) {
  const Result<std::string> token = encrypt_token(plaintext, secret, settings);
  return token ? *token : "no token: " + token.error().message;
}

TEST(Token, AgreesWithThePublishedVector) {
  const TokenSettings settings = settings_of(TokenAlgorithm::aes_ecb);
  EXPECT_EQ(encrypted(kPlaintext, settings), kToken);
  const auto content = read_token(kToken, kSecret, settings);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(content->timestamp, "2020-12-31T23:00:00.000Z");
  EXPECT_EQ(content->session_token, "aSessionToken");
  EXPECT_EQ(content->api_key, "aValidApiKey");
}

TEST(Token, TheAlgorithmIsReadFromTheTokenWhateverTheSettingsSay) {
  const TokenSettings cbc = settings_of(TokenAlgorithm::aes_cbc);
  EXPECT_TRUE(read_token(kToken, kSecret, cbc).ok());
  EXPECT_TRUE(read_token("03-" + base64_encode(kPlaintext), Secret(), cbc).ok());
}

TEST(Token, PlainTokenIsBase64AloneAndNeedsNoSecret) {
  const TokenSettings plain = settings_of(TokenAlgorithm::plain);
  EXPECT_EQ(encrypted(kPlaintext, plain, Secret()), "03-" + base64_encode(kPlaintext));
}

struct KeyCase {
  KeyForm form;
  std::string_view secret;
};
constexpr KeyCase kKeys[] = {
    {KeyForm::raw, "a-Secr3t_Str1ng!"},
    {KeyForm::raw, "a-Secr3t_Str1ng!-24bytes"},
    {KeyForm::raw, "a-Secr3t_Str1ng!-of-32-bytes-now"},
    {KeyForm::sha256, "any length at all"},
    {KeyForm::md5, "x"},
    {KeyForm::hex, "000102030405060708090a0b0c0d0e0f"},
    {KeyForm::hex, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"},
    {KeyForm::base64, "AAECAwQFBgcICQoLDA0ODw=="},
};

TEST(Token, EverySettingReadsBackWhatItWrote) {
  for (const KeyCase& key : kKeys) {
    for (const auto algorithm :
         {TokenAlgorithm::aes_cbc, TokenAlgorithm::aes_ecb, TokenAlgorithm::plain}) {
      for (const auto iv : {IvMode::prefix, IvMode::zero, IvMode::key, IvMode::fixed}) {
        for (const bool url_form : {false, true}) {
          TokenSettings settings = settings_of(algorithm, iv, key.form);
          settings.url_form = url_form;
          // All lengths around the ends of blocks, and bytes that fill both alphabets.
          for (std::size_t length = 1; length < 50; ++length) {
            const std::string plaintext(length, '\xFB');
            const std::string token =
                encrypted(plaintext, settings, Secret(std::string(key.secret)));
            EXPECT_EQ(token.find_first_of(url_form ? "+/" : "-_", 3), std::string::npos) << token;
            const auto read = decrypt_token(token, Secret(std::string(key.secret)), settings);
            ASSERT_TRUE(read.ok()) << token << ": " << read.error().message;
            EXPECT_EQ(*read, plaintext);
          }
        }
      }
    }
  }
}

TEST(Token, ThePrependedIvIsANewOneEachTime) {
  const TokenSettings prefix = settings_of(TokenAlgorithm::aes_cbc);
  EXPECT_NE(encrypted(kPlaintext, prefix), encrypted(kPlaintext, prefix));
  const TokenSettings zero = settings_of(TokenAlgorithm::aes_cbc, IvMode::zero);
  EXPECT_EQ(encrypted(kPlaintext, zero), encrypted(kPlaintext, zero));
}

TEST(Token, TheUrlFormIsReadThoughItHoldsMoreDashes) {
  TokenSettings settings = settings_of(TokenAlgorithm::plain);
  settings.url_form = true;
  const std::string plaintext = "2020-12-31T23:00:00.000Z;a>>>\?\?\?b;~~~\?\?\?>>>";
  const std::string token = encrypted(plaintext, settings);
  ASSERT_NE(token.find_first_of("-_", 3), std::string::npos) << token;
  EXPECT_EQ(*decrypt_token(token, Secret(), settings), plaintext);
}

TEST(Token, RefusesWhatHasNotTheForm) {
  for (const std::string_view token :
       {"", "-", "01", "jOi87tgUadH3", "04-AAAA", "1-AAAA", "001-AAAA", " 01-AAAA", "xx-AAAA",
        "\xFF\xFF-AAAA", "0\n-AAAA"}) {
    EXPECT_EQ(fault_of(token), TokenFault::form) << token;
  }
}

TEST(Token, RefusesWhatIsNotBase64) {
  for (const std::string_view token : {"01-%%%%", "02-AAAAA", "03-A", "01-AAAA AAAA", "02-=AAA"}) {
    EXPECT_EQ(fault_of(token), TokenFault::base64) << token;
  }
  EXPECT_EQ(fault_of(kToken.substr(0, kToken.size() - 3)), TokenFault::base64);
}

TEST(Token, RefusesAWrongLength) {
  EXPECT_EQ(fault_of("01-"), TokenFault::length);
  EXPECT_EQ(fault_of("02-"), TokenFault::length);
  EXPECT_EQ(fault_of("03-"), TokenFault::length);
  EXPECT_EQ(fault_of("02-AAAA"), TokenFault::length);
  EXPECT_EQ(fault_of(kToken.substr(0, kToken.size() - 4)), TokenFault::length);
  // One block alone: an IV, and nothing behind it.
  EXPECT_EQ(fault_of("01-" + base64_encode(std::string(16, 'x'))), TokenFault::length);
}

TEST(Token, RefusesWrongPadding) {
  std::string bytes = *base64_decode(kToken.substr(3));
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  EXPECT_EQ(fault_of("02-" + base64_encode(bytes)), TokenFault::padding);
}

TEST(Token, RefusesAnotherSecretEvenWhenThePaddingIsRightByChance) {
  const TokenSettings cbc = settings_of(TokenAlgorithm::aes_cbc);
  const std::string token = encrypted(kPlaintext, cbc);
  int by_padding = 0;
  int by_plaintext = 0;
  for (int i = 0; i < 2000; ++i) {
    const Secret other("another" + std::to_string(100000000 + i));
    for (const std::string_view each : {std::string_view(token), kToken}) {
      const TokenFault fault = fault_of(each, other, cbc);
      ASSERT_TRUE(fault == TokenFault::padding || fault == TokenFault::plaintext);
      ++(fault == TokenFault::padding ? by_padding : by_plaintext);
    }
  }
  EXPECT_GT(by_plaintext, 0);  // about 4000 / 256
  EXPECT_GT(by_padding, by_plaintext);
}

TEST(Token, RefusesASecretThatGivesNoKey) {
  EXPECT_EQ(fault_of(kToken, Secret("fifteen bytes..")), TokenFault::key);
  EXPECT_FALSE(encrypt_token(kPlaintext, Secret("fifteen bytes.."), {}).ok());
}

TEST(Token, RefusesAPlaintextOfAnotherForm) {
  const TokenSettings plain = settings_of(TokenAlgorithm::plain);
  for (const std::string_view text :
       {"hello", ";", ";;", "2020-12-31T23:00:00.000Z", "2020-12-31T23:00:00.000Z;aValidApiKey",
        "2020-12-32T23:00:00.000Z;anonymous;key", "2020-12-31T23:00:00.000Z;;key",
        "yesterday;anonymous;key", "2020-12-31T23:00:00.000Z;anony\nmous;key",
        "2020-12-31T23:00:00.000Z;anonymous;k\xC3\xA4y"}) {
    EXPECT_EQ(fault_of(encrypted(text, plain)), TokenFault::plaintext) << text;
    EXPECT_EQ(*decrypt_token(encrypted(text, plain), Secret(), plain), text);
  }
}

TEST(Token, AWrongIvIsNamedAsTheCause) {
  const std::string token =
      encrypted(kPlaintext, settings_of(TokenAlgorithm::aes_cbc, IvMode::fixed));
  const auto read = read_token(token, kSecret, settings_of(TokenAlgorithm::aes_cbc, IvMode::zero));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().fault, TokenFault::plaintext);
  EXPECT_NE(read.error().message.find("the key is right"), std::string::npos)
      << read.error().message;
}

TEST(Token, PlaintextSplitsAtTheFirstAndTheLastSemicolon) {
  const auto content = parse_plaintext("2020-12-31T23:00:00.000Z;a;session;key");
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(content->session_token, "a;session");
  EXPECT_EQ(content->api_key, "key");
  EXPECT_EQ(format_plaintext(*content), "2020-12-31T23:00:00.000Z;a;session;key");
  EXPECT_FALSE(parse_plaintext("a;b").ok());
}

TEST(Token, GarbageIsAlwaysAnErrorAndNeverACrash) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  constexpr std::string_view kLetters = "ABCabc012+/-_=;: \n\xFF";
  for (int i = 0; i < 20000; ++i) {
    std::string token = random.between(0, 3) == 0 ? "" : "0" + std::to_string(random.between(0, 4));
    if (random.between(0, 5) != 0) token += '-';
    const std::uint64_t length = random.between(0, 100);
    std::string rest;
    for (std::uint64_t n = 0; n < length; ++n) {
      rest += random.between(0, 1) == 0 ? static_cast<char>(random.next())
                                        : kLetters[random.between(0, kLetters.size() - 1)];
    }
    if (random.between(0, 1) == 0) rest = base64_encode(rest.substr(0, rest.size() / 16 * 16));
    const auto iv = static_cast<IvMode>(random.between(0, 3));
    fault_of(token + rest, kSecret, settings_of(TokenAlgorithm::aes_cbc, iv));
  }
}

TEST(EqualConstantTime, ComparesAllBytes) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("same", "same"));
  EXPECT_FALSE(equal_constant_time("same", "sama"));
  EXPECT_FALSE(equal_constant_time("same", "same "));
  EXPECT_FALSE(equal_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace roomle_sim
