// The vendor's published token, and tokens that cannot be read, by the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;

const std::string kSecret = "a-Secr3t_Str1ng!";
const std::string kPlaintext = "2020-12-31T23:00:00.000Z;aSessionToken;aValidApiKey";
// REST API page "Authentication".
const std::string kPublished =
    "02-jOi87tgUadH3EGwcs/FPR44LlPEVoayzgkkkzmMbPwz50gNngNxgX8aNmNZ1SMAy31j1qsB9RvlF1RxiILGYDQ==";

TEST(TokenCommand, MakesTheVendorsPublishedTokenToTheLetter) {
  const ProcessResult result = roomle_sim_run(
      {"token", "encrypt", "--alg", "02", "--secret", kSecret, "--at", "2020-12-31T23:00:00.000Z",
       "--session", "aSessionToken", "--api-key", "aValidApiKey"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, kPublished + "\n");
}

TEST(TokenCommand, ReadsItBack) {
  const ProcessResult result =
      roomle_sim_run({"token", "decrypt", "--secret", kSecret, kPublished});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, kPlaintext + "\n");
}

TEST(TokenCommand, FindsTheSettingsThatMadeIt) {
  const ProcessResult result =
      roomle_sim_run({"token", "identify", "--secret", kSecret, kPublished});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "{\"algorithm\":\"02\"}\n");
  EXPECT_THAT(result.err, HasSubstr("certain: AES-ECB (02)"));
}

struct BadToken {
  std::string name;
  std::string token;
  std::string secret;
  std::string told;
};

void PrintTo(const BadToken& token, std::ostream* to) {
  *to << token.name;
}

class TokenThatCannotBeRead : public testing::TestWithParam<BadToken> {};

TEST_P(TokenThatCannotBeRead, IsAFileErrorWithItsReason) {
  const ProcessResult result =
      roomle_sim_run({"token", "decrypt", "--secret", GetParam().secret, GetParam().token});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("the token cannot be used: "));
  EXPECT_THAT(result.err, HasSubstr(GetParam().told));
}

INSTANTIATE_TEST_SUITE_P(Kinds, TokenThatCannotBeRead,
                         testing::Values(BadToken{"no_base64", "02-!!!!", kSecret, "is not base64"},
                                         BadToken{"wrong_length", "02-jOi87tgU", kSecret,
                                                  "no whole number of cipher"},
                                         BadToken{"wrong_padding", "02-jOi87tgUadH3EGwcs/FPRw==",
                                                  kSecret, "the padding is wrong"},
                                         BadToken{"no_dash", "a token", kSecret, "it has no dash"},
                                         BadToken{"another_secret", kPublished, "b-Secr3t_Str1ng!",
                                                  "it was made with another secret"}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace roomle_sim
