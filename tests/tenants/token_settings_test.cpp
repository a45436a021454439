#include "tenants/token_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenants/encoding.h"
#include "tests/tenants/read_text.h"

namespace roomle_sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Reading<TokenSettings> read_settings(const std::string& text) {
  return read_text(&read_token_settings, text);
}

std::string key_of(const std::string& secret, KeyForm form) {
  const Result<Secret> key = cipher_key(Secret(secret), form);
  return key ? hex_encode(key->reveal()) : key.error().message;
}

TEST(TokenSettings, DefaultToARandomPrependedIvAndTheSecretsOwnBytes) {
  const Reading<TokenSettings> reading = read_settings("{}");
  EXPECT_THAT(reading.mistakes, IsEmpty());
  EXPECT_EQ(reading.value.algorithm, TokenAlgorithm::aes_cbc);
  EXPECT_EQ(reading.value.iv, IvMode::prefix);
  EXPECT_EQ(reading.value.key, KeyForm::raw);
  EXPECT_EQ(reading.value.header, "token");
  EXPECT_FALSE(reading.value.url_form);
}

TEST(TokenSettings, AreReadFromEachMember) {
  const auto [settings, mistakes] = read_settings(
      R"({"algorithm": "01", "iv": {"fixed": "000102030405060708090A0b0c0d0e0f"}, "key": "md5",
          "header": "X-Roomle-Token", "urlForm": true})");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(settings.iv, IvMode::fixed);
  EXPECT_EQ(hex_encode(settings.fixed_iv), "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(settings.key, KeyForm::md5);
  EXPECT_EQ(settings.header, "X-Roomle-Token");
  EXPECT_TRUE(settings.url_form);
  EXPECT_EQ(read_settings(R"({"algorithm": "03"})").value.algorithm, TokenAlgorithm::plain);
}

TEST(TokenSettings, AreWrittenWithoutTheirDefaultsAndComeBackTheSame) {
  EXPECT_EQ(to_json_text(TokenSettings{}), "{}");
  for (const char* text :
       {R"({"iv":"zero"})", R"({"iv":"key","key":"sha256"})", R"({"algorithm":"02","key":"hex"})",
        R"({"iv":{"fixed":"000102030405060708090a0b0c0d0e0f"},"header":"t","urlForm":true})",
        R"({"algorithm":"03"})", R"({"key":"base64"})"}) {
    EXPECT_EQ(to_json_text(read_settings(text).value), text);
  }
}

TEST(TokenSettings, RefuseWhatTheyDoNotKnow) {
  EXPECT_THAT(read_settings(R"({"algorithm": "04"})").mistakes,
              ElementsAre(HasSubstr("1:15 '04' is not known here")));
  EXPECT_THAT(read_settings(R"({"iv": "prefxi"})").mistakes,
              ElementsAre("1:8 'prefxi' is not known here (did you mean 'prefix'?)"));
  EXPECT_THAT(read_settings(R"({"key": "sha-256"})").mistakes,
              ElementsAre("1:9 'sha-256' is not known here (did you mean 'sha256'?)"));
  EXPECT_THAT(read_settings(R"({"heade": "x"})").mistakes,
              ElementsAre("1:2 token has no member 'heade' (did you mean 'header'?)"));
  EXPECT_THAT(read_settings(R"([])").mistakes,
              ElementsAre("1:1 an array stands where token (an object) is expected"));
}

TEST(TokenSettings, RefuseAFixedIvThatIsNotSixteenBytes) {
  EXPECT_THAT(read_settings(R"({"iv": "fixed"})").mistakes, ElementsAre("1:8 which fixed IV?"));
  for (const char* iv : {"00ff", "zz0102030405060708090a0b0c0d0e0f", "",
                         "000102030405060708090a0b0c0d0e0f00", "000102030405060708090a0b0c0d0e0"}) {
    EXPECT_THAT(read_settings(std::string(R"({"iv": {"fixed": ")") + iv + "\"}}").mistakes,
                ElementsAre("1:18 a fixed IV is 16 bytes in hex"));
  }
  EXPECT_THAT(read_settings(R"({"iv": {}})").mistakes,
              ElementsAre("1:8 a fixed IV needs the member 'fixed'"));
}

TEST(TokenSettings, RefuseAHeaderThatIsNoRfc9110Token) {
  for (const char* name : {"", "to ken", "token:", "tök", "a\\r\\nb", "a/b", "\\\"x\\\""}) {
    EXPECT_THAT(read_settings(std::string(R"({"header": ")") + name + "\"}").mistakes,
                ElementsAre("1:12 not a header's name"))
        << name;
  }
  EXPECT_THAT(read_settings(R"({"header": "x!#$%&'*+-.^_`|~9"})").mistakes, IsEmpty());
}

TEST(TokenSettings, RefuseSettingsThatWouldDoNothing) {
  EXPECT_THAT(read_settings(R"({"algorithm": "02", "iv": "zero"})").mistakes,
              ElementsAre("1:27 only algorithm 01 has an IV"));
  EXPECT_THAT(read_settings(R"({"algorithm": "03", "key": "md5"})").mistakes,
              ElementsAre("1:28 algorithm 03 does not encrypt: it has no key"));
}

TEST(CipherKey, IsTheSecretsOwnBytesForRaw) {
  EXPECT_EQ(key_of("a-Secr3t_Str1ng!", KeyForm::raw), hex_encode("a-Secr3t_Str1ng!"));
  EXPECT_EQ(key_of(std::string(24, 'x'), KeyForm::raw), hex_encode(std::string(24, 'x')));
  EXPECT_EQ(key_of(std::string(32, 'x'), KeyForm::raw), hex_encode(std::string(32, 'x')));
}

// From `printf abc | openssl dgst -sha256` and `-md5`.
TEST(CipherKey, IsTheDigestOfTheSecret) {
  EXPECT_EQ(key_of("abc", KeyForm::sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(key_of("abc", KeyForm::md5), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(CipherKey, IsDecodedFromHexAndBase64) {
  EXPECT_EQ(key_of("000102030405060708090A0B0C0D0E0F", KeyForm::hex),
            "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(key_of("AAECAwQFBgcICQoLDA0ODw==", KeyForm::base64),
            "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(key_of("AAECAwQFBgcICQoLDA0ODw", KeyForm::base64), "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(key_of("-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_", KeyForm::base64),
            key_of("+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/", KeyForm::base64));
  EXPECT_EQ(key_of("+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/", KeyForm::base64).size(), 48U);
}

// Else a mistyped secret would quietly be another key, or the same one under two texts.
TEST(CipherKey, RefusesBase64ThatNoEncoderWrites) {
  for (const char* secret : {"AAECAwQFBgcICQoLDA0ODw=", "AAECAwQFBgcICQoLDA0ODw===",
                             "AAECAwQFBgcICQoLDA0ODx==", "AAECAwQFBgcICQoLDA0ODx"}) {
    EXPECT_THAT(key_of(secret, KeyForm::base64), HasSubstr("the secret is not base64")) << secret;
  }
}

TEST(CipherKey, RefusesEveryOtherLengthAndSaysWhichWouldDo) {
  for (std::size_t length = 0; length < 70; ++length) {
    const bool fits = length == 16 || length == 24 || length == 32;
    EXPECT_EQ(cipher_key(Secret(std::string(length, 'a')), KeyForm::raw).ok(), fits) << length;
    const bool fits_hex = length == 32 || length == 48 || length == 64;
    EXPECT_EQ(cipher_key(Secret(std::string(length, 'a')), KeyForm::hex).ok(), fits_hex) << length;
  }
  EXPECT_THAT(key_of("short", KeyForm::raw), HasSubstr("16, 24 or 32"));
  EXPECT_THAT(key_of("00ff", KeyForm::hex), HasSubstr("16, 24 or 32"));
  EXPECT_THAT(key_of("AAEC", KeyForm::base64), HasSubstr("16, 24 or 32"));
}

TEST(CipherKey, NeverRepeatsTheSecret) {
  for (const KeyForm form : {KeyForm::raw, KeyForm::hex, KeyForm::base64}) {
    for (const char* secret : {"zebra!", "zebra", "zebrazebrazebra=zebra"}) {
      EXPECT_THAT(key_of(secret, form), Not(HasSubstr("zebra")));
    }
  }
}

}  // namespace
}  // namespace roomle_sim
