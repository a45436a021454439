// What the endpoint finds out about a token and a body.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/endpoint/endpoint_fixture.h"

namespace roomle_sim::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const TimePoint kNow = *parse_timestamp("2020-12-31T23:00:00.000Z");

ReceivedRequest inspected(const std::string& token, const Verification& verification,
                          std::string body = kBody, std::string header = "token") {
  ReceivedRequest request;
  request.time = kNow;
  request.method = "POST";
  request.body = std::move(body);
  if (!token.empty()) request.headers.emplace_back(std::move(header), token);
  inspect(request, verification);
  return request;
}

TEST(Verification, ATenantsTokenAuthenticatesTheEvent) {
  const ReceivedRequest request = inspected(token_of(kNow), verification_of_tenant());
  EXPECT_EQ(request.token.verdict, TokenVerdict::authenticated);
  EXPECT_EQ(request.token.plaintext, "2020-12-31T23:00:00.000Z;anonymous;aValidApiKey");
  EXPECT_EQ(request.tenant_id, 42);
  EXPECT_THAT(request.problems, IsEmpty());
}

TEST(Verification, TheVendorsTestVectorIsRead) {
  const ReceivedRequest request = inspected(
      "02-jOi87tgUadH3EGwcs/FPR44LlPEVoayzgkkkzmMbPwz50gNngNxgX8aNmNZ1SMAy31j1qsB9RvlF1RxiILGYDQ==",
      verification_of_tenant());
  EXPECT_EQ(request.token.verdict, TokenVerdict::authenticated);
  EXPECT_EQ(request.token.content->session_token, "aSessionToken");
}

TEST(Verification, TheHeadersNameDoesNotDependOnCase) {
  const ReceivedRequest request =
      inspected(token_of(kNow), verification_of_tenant(), kBody, "Token");
  EXPECT_EQ(request.token.verdict, TokenVerdict::authenticated);
}

TEST(Verification, TheHeaderOfTheSettingsIsLookedAt) {
  Verification verification = verification_of_tenant();
  verification.keys[0].settings.header = "X-Roomle-Token";
  EXPECT_EQ(inspected(token_of(kNow), verification, kBody, "x-roomle-token").token.verdict,
            TokenVerdict::authenticated);
  EXPECT_EQ(inspected(token_of(kNow), verification).token.verdict, TokenVerdict::missing);
}

TEST(Verification, AMissingTokenIsAProblem) {
  const ReceivedRequest request = inspected("", verification_of_tenant());
  EXPECT_EQ(request.token.verdict, TokenVerdict::missing);
  EXPECT_THAT(request.problems, ElementsAre("the header 'token' with the token is missing"));
}

TEST(Verification, TheDefaultSecretReadsButDoesNotAuthenticate) {
  Verification verification;
  verification.keys.push_back({Secret(kSecret), kApiKey, {}, false, std::nullopt});
  const ReceivedRequest request = inspected(token_of(kNow), verification);
  EXPECT_EQ(request.token.verdict, TokenVerdict::default_secret);
  EXPECT_THAT(request.problems, IsEmpty());
}

TEST(Verification, AnotherApiKeyInTheTokenIsAProblem) {
  const ReceivedRequest request = inspected(token_of(kNow, "another"), verification_of_tenant());
  EXPECT_EQ(request.token.verdict, TokenVerdict::wrong_api_key);
  EXPECT_EQ(request.tenant_id, std::nullopt);
  EXPECT_THAT(request.problems,
              ElementsAre("the token names the apiKey 'another' and not 'aValidApiKey'"));
}

TEST(Verification, ATokenOfAnotherSecretIsUnreadableAndSaysWhy) {
  TokenSettings ecb;  // without a random IV, so that this is the same token each time
  ecb.algorithm = TokenAlgorithm::aes_ecb;
  const std::string token = token_of(kNow, kApiKey, "another-secret!!", ecb);
  const ReceivedRequest request = inspected(token, verification_of_tenant());
  EXPECT_EQ(request.token.verdict, TokenVerdict::unreadable);
  ASSERT_TRUE(request.token.error.has_value());
  ASSERT_EQ(request.problems.size(), 1U);
  EXPECT_THAT(request.problems[0], HasSubstr(request.token.error->message));
}

TEST(Verification, WhatIsNoTokenIsUnreadable) {
  const auto fault_of = [](const std::string& token) {
    return inspected(token, verification_of_tenant()).token.error.value().fault;
  };
  EXPECT_EQ(fault_of("hello"), TokenFault::form);
  EXPECT_EQ(fault_of("01-%%%"), TokenFault::base64);
  EXPECT_EQ(fault_of("01-AAAA"), TokenFault::length);
}

TEST(Verification, AnUnencryptedTokenProvesNothing) {
  TokenSettings plain;
  plain.algorithm = TokenAlgorithm::plain;
  const std::string token = token_of(kNow, kApiKey, kSecret, plain);
  const ReceivedRequest request = inspected(token, verification_of_tenant());
  EXPECT_EQ(request.token.verdict, TokenVerdict::unencrypted);
  EXPECT_EQ(request.token.content->api_key, kApiKey);
  EXPECT_THAT(request.problems, ElementsAre(HasSubstr("proves nothing")));
}

TEST(Verification, TheRightOneOfManySecretsIsFound) {
  Verification verification;
  verification.keys.push_back({Secret("0123456789abcdef"), "first", {}, true, 1});
  verification.keys.push_back({Secret(kSecret), "same secret, other key", {}, true, 2});
  verification.keys.push_back({Secret(kSecret), kApiKey, {}, true, 3});
  const ReceivedRequest request = inspected(token_of(kNow), verification);
  EXPECT_EQ(request.token.verdict, TokenVerdict::authenticated);
  EXPECT_EQ(request.tenant_id, 3);
  EXPECT_FALSE(request.token.error.has_value());
  EXPECT_THAT(request.problems, IsEmpty());
}

TEST(Verification, AnOldOrFutureTimestampIsAProblemFromTheToleranceOn) {
  const Verification verification = verification_of_tenant();
  const auto problems = [&](Duration age) {
    return inspected(token_of(kNow - age), verification).problems;
  };
  EXPECT_THAT(problems(std::chrono::minutes(5)), IsEmpty());
  EXPECT_THAT(problems(-std::chrono::minutes(5)), IsEmpty());
  EXPECT_THAT(problems(std::chrono::minutes(5) + std::chrono::milliseconds(1)),
              ElementsAre(HasSubstr("old: a replay")));
  EXPECT_THAT(problems(-std::chrono::minutes(5) - std::chrono::milliseconds(1)),
              ElementsAre(HasSubstr("in the future")));
}

TEST(Verification, TimestampsAtTheEndsOfTimeAreAProblemAndNoOverflow) {
  TokenSettings plain;
  plain.algorithm = TokenAlgorithm::plain;
  const auto problems = [&](const std::string& timestamp) {
    const std::string token = token_of(*parse_timestamp(timestamp), kApiKey, kSecret, plain);
    return inspected(token, verification_of_tenant()).problems;
  };
  EXPECT_THAT(problems("1678-01-01T00:00:00.000Z"), testing::Contains(HasSubstr("old: a replay")));
  EXPECT_THAT(problems("2261-12-31T23:59:59.999Z"), testing::Contains(HasSubstr("in the future")));
}

TEST(Verification, ABodyNestedTooDeepIsAProblemAndKeepsNoData) {
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  const ReceivedRequest request =
      inspected(token_of(kNow), verification_of_tenant(),
                R"({"event":"email.savedConfiguration","data":)" + deep + "}");
  EXPECT_THAT(request.problems, ElementsAre("the body is nested more than 200 deep"));
  EXPECT_TRUE(request.data.is_null());
  EXPECT_EQ(request.token.verdict, TokenVerdict::authenticated);
}

TEST(Verification, WithoutSecretsATokenCannotBeReadAndThatIsNoProblem) {
  const ReceivedRequest request = inspected(token_of(kNow), Verification{});
  EXPECT_EQ(request.token.verdict, TokenVerdict::unreadable);
  EXPECT_THAT(request.problems, IsEmpty());
}

TEST(Verification, AWrongBodyIsAProblem) {
  EXPECT_THAT(inspected(token_of(kNow), verification_of_tenant(), "not json").problems,
              testing::Not(IsEmpty()));
  const ReceivedRequest request = inspected(token_of(kNow), verification_of_tenant(),
                                            R"({"event":"email.unheardOf","data":{"a":1}})");
  EXPECT_EQ(request.event, "email.unheardOf");
  EXPECT_EQ(request.data.at("a"), 1);
  EXPECT_THAT(request.problems, testing::Not(IsEmpty()));
}

TEST(Verification, ARegistryGivesAKeyForEachTenant) {
  TenantRegistry registry;
  Tenant acme;
  acme.id = 42;
  acme.api_key = kApiKey;
  registry.add(Credential{kApiKey, Secret(kSecret)});
  registry.add(acme);
  Tenant nobody;
  nobody.id = 43;
  registry.add(nobody);
  const Verification verification = verification_of(registry);
  ASSERT_EQ(verification.keys.size(), 2U);
  EXPECT_TRUE(verification.keys[0].authenticates);
  EXPECT_EQ(verification.keys[0].tenant_id, 42);
  EXPECT_FALSE(verification.keys[1].authenticates);
  EXPECT_EQ(verification.keys[1].api_key, registry.default_credential().api_key);
}

TEST(Verification, ARegistryWithoutTenantsGivesTheDefaultSecret) {
  const Verification verification = verification_of(TenantRegistry());
  ASSERT_EQ(verification.keys.size(), 1U);
  EXPECT_FALSE(verification.keys[0].authenticates);
}

}  // namespace
}  // namespace roomle_sim::test
