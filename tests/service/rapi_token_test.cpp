#include "service/rapi_token.h"

#include <gmock/gmock.h>

#include "tenants/encoding.h"
#include "tests/service/rapi_fixture.h"

namespace roomle_sim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// The vendor's published vector (REST API page "Authentication").
constexpr const char* kVector =
    "02-jOi87tgUadH3EGwcs/FPR44LlPEVoayzgkkkzmMbPwz50gNngNxgX8aNmNZ1SMAy31j1qsB9RvlF1RxiILGYDQ==";
constexpr const char* kText = "2026-01-02T03:04:05.678Z;aSessionToken;";

class RapiTokenTest : public RapiTest {
 protected:
  void SetUp() override { start_with_auth(ApiAuth::strict); }
  void start_with_auth(ApiAuth auth, std::optional<Duration> tolerance = std::nullopt) {
    RapiOptions options;
    options.auth = auth;
    options.token_tolerance = tolerance;
    logged_.clear();
    start(std::move(options));
  }
  static ApiRequest with(const std::string& api_key, const std::string& token) {
    ApiRequest one = share({{"email", "a@b.example"}, {"type", "1"}});
    set_header(one, "apiKey", api_key);
    set_header(one, "token", token);
    return one;
  }
  static std::string cbc(const std::string& api_key, const std::string& secret) {
    return encrypted_token(kText + api_key, secret, TokenAlgorithm::aes_cbc);
  }
};

TEST_F(RapiTokenTest, EachAlgorithmIsTaken) {
  EXPECT_EQ(told(call(with("roomle_portal_v2", sdk_token()))), "200");
  EXPECT_EQ(told(call(with(kApiKey, cbc(kApiKey, kSecret)))), "200");
  EXPECT_EQ(told(call(with(kApiKey, kVector))), "200");
  std::string url_form = kVector;
  std::ranges::replace(url_form, '/', '_');
  std::ranges::replace(url_form, '+', '-');
  EXPECT_EQ(told(call(with(kApiKey, url_form))), "200");
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(RapiTokenTest, AnyCredentialOfTheFileWillDoForAShare) {
  EXPECT_EQ(told(call(with("otherKey", cbc("otherKey", kOtherSecret)))), "200");
  EXPECT_EQ(told(call(with("spareKey", cbc("spareKey", kSecret)))), "200");
  EXPECT_EQ(told(call(with("roomle_default", cbc("roomle_default", kSecret)))), "200");
}

TEST_F(RapiTokenTest, AreReadByTheSettingsOfTheTenantThatHasTheApiKey) {
  TenantRegistry tenants = registry(endpoint_.url());
  Tenant tenant = *tenants.find(42);
  tenant.simulator.token.iv = IvMode::zero;
  tenants.replace(tenant);
  RapiOptions options;
  options.auth = ApiAuth::strict;
  start_with(tenants, options);
  const std::string token =
      encrypt_token(std::string(kText) + kApiKey, Secret(kSecret), tenant.simulator.token).value();
  EXPECT_EQ(told(call(with(kApiKey, token))), "200");
}

TEST_F(RapiTokenTest, EachWrongOneIs401WithWhatIsWrongAndNothingOfTheToken) {
  struct Case {
    std::string api_key, token, told;
  };
  const std::string unverified = "401 bad_token header 'token': the token cannot be verified";
  const std::string spoilt = [] {
    std::string token = kVector;
    token[40] = token[40] == 'A' ? 'B' : 'A';
    return token;
  }();
  const auto plain = [](const std::string& text) {
    return encrypted_token(text, "", TokenAlgorithm::plain);
  };
  const std::string sdk = "roomle_portal_v2";
  const std::vector<Case> cases{
      {kApiKey, "", "401 bad_token header 'token': the request has no header 'token'"},
      {"", kVector, "401 bad_token header 'apiKey': the request has no header 'apiKey'"},
      {kApiKey, "anonymous", "401 bad_token header 'token': the token is not of the form"},
      {kApiKey, "04-abcd", "401 bad_token header 'token': the token is not of the form"},
      {kApiKey, "-", "401 bad_token header 'token': the token is not of the form"},
      {kApiKey, "01-", "401 bad_token header 'token': the token's bytes are no whole number"},
      {kApiKey, "01-$$$$", "401 bad_token header 'token': what stands behind the token's dash"},
      {kApiKey, "02-jOi8", "401 bad_token header 'token': the token's bytes are no whole number"},
      {kApiKey, spoilt, unverified},
      {kApiKey, cbc(kApiKey, kOtherSecret), unverified},
      {kApiKey, cbc("spareKey", kSecret), unverified},
      {kApiKey, encrypted_token("no plaintext of ours", kSecret, TokenAlgorithm::aes_ecb),
       unverified},
      {kApiKey,
       encrypted_token(std::string("never;me;") + kApiKey, kSecret, TokenAlgorithm::aes_ecb),
       unverified},
      {"nobodys", cbc("nobodys", kSecret),
       "401 bad_token header 'apiKey': no credential of the tenants file has the header's apiKey"},
      {sdk, cbc(sdk, kSecret), "401 bad_token header 'apiKey': no credential of the tenants file"},
      {kApiKey, sdk_token(kApiKey),
       "401 bad_token header 'apiKey': the header's apiKey has a secret"},
      {"nobodys", sdk_token("nobodys"),
       "401 bad_token header 'apiKey': the header's apiKey is neither roomle_portal_v2"},
      {sdk, sdk_token("nobodys"), "401 bad_token header 'token': the token names another apiKey"},
      {sdk, plain("roomle_portal_v2"), "401 bad_token header 'token': the token does not say"},
      {sdk, plain("yesterday;anonymous;" + sdk),
       "401 bad_token header 'token': the token does not"},
      {sdk, plain("2026-01-02T03:04:05.678Z;;" + sdk), "401 bad_token header 'token': the token"},
      {sdk, "03-", "401 bad_token header 'token': "}};
  for (const Case& one : cases) {
    const auto refused = call(with(one.api_key, one.token));
    EXPECT_THAT(told(refused), StartsWith(one.told)) << one.token;
    for (const std::string hidden : {"aSessionToken", "plaintext of ours", "never;me", kSecret}) {
      EXPECT_THAT(refused.body, Not(HasSubstr(hidden)));
    }
    if (one.token.size() > 12) {
      EXPECT_THAT(refused.body, Not(HasSubstr(one.token.substr(3, 8)))) << one.told;
    }
  }
  EXPECT_EQ(dispatcher_->open(), 0U);
}

// Told apart, they would tell whoever sends variants of a found token what it says, byte by byte.
TEST_F(RapiTokenTest, WrongPaddingAndAWrongTextAreNotToldApart) {
  const std::string text = std::string(kText) + "spareKey";
  std::vector<std::string> answers;
  const std::string token = cbc("spareKey", kSecret);
  const std::string bytes = base64_decode(token.substr(3)).value();
  for (std::size_t i = 0; i < 256; ++i) {
    std::string changed = bytes;
    changed[bytes.size() - 17] = static_cast<char>(i);
    if (changed == bytes) continue;
    answers.push_back(call(with("spareKey", "01-" + base64_encode(changed))).body);
  }
  ASSERT_EQ(answers.size(), 255U);
  for (const std::string& answer : answers) EXPECT_EQ(answer, answers.front());
}

TEST_F(RapiTokenTest, StrictHoldsForEveryRoute) {
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"POST", "/v2/configurations/a/shares"},
                                                        {"POST", "/api/v2/planSnapshots/a/shares"},
                                                        {"POST", "/v2/items/a/3d-exports"},
                                                        {"GET", "/v2/tenants/42"},
                                                        {"GET", "/v2/tenants/me"},
                                                        {"PUT", "/v2/tenants/42"}}) {
    ApiRequest one = request(method, path);
    set_header(one, "token", "");
    one.trusted = true;
    EXPECT_THAT(told(call(one)), StartsWith("401 bad_token header 'token'")) << path;
  }
}

TEST_F(RapiTokenTest, WhoHasNoTokenDoesNotLearnWhichTenantsThereAre) {
  ApiRequest one = with("", "");
  const std::string known = call(one).body;
  set_header(one, "currentTenant", "7");
  EXPECT_EQ(call(one).body, known);
}

TEST_F(RapiTokenTest, LogTellsOnceAndLetsTheRequestGoOn) {
  start_with_auth(ApiAuth::log);
  EXPECT_EQ(told(call(with(kApiKey, cbc("spareKey", kSecret)))), "200");
  ASSERT_EQ(logged_.size(), 1U);
  EXPECT_THAT(logged_.front(),
              StartsWith("POST /v2/configurations/{id}/shares: the token cannot be verified"));
  EXPECT_EQ(told(call(with("", ""))), "200");
  ASSERT_EQ(logged_.size(), 2U);
  EXPECT_THAT(logged_.back(), HasSubstr("the request has no header 'token'"));
  EXPECT_EQ(told(call(with("roomle_portal_v2", sdk_token()))), "200");
  EXPECT_EQ(logged_.size(), 2U);
}

TEST_F(RapiTokenTest, OffDoesNotLookAtIt) {
  start_with_auth(ApiAuth::off);
  EXPECT_EQ(told(call(with("x", "nothing that is a token"))), "200");
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(RapiTokenTest, ATimestampOfAnyAgeWillDoUnlessThereIsATolerance) {
  const auto at = [&](Duration ago) {
    return with(kApiKey,
                encrypted_token(format_timestamp(clock_.now() - ago) + ";anonymous;" + kApiKey,
                                kSecret, TokenAlgorithm::aes_cbc));
  };
  EXPECT_EQ(told(call(at(std::chrono::hours(9000)))), "200");
  start_with_auth(ApiAuth::strict, std::chrono::minutes(5));
  EXPECT_EQ(told(call(at(Duration(0)))), "200");
  EXPECT_EQ(told(call(at(std::chrono::minutes(4)))), "200");
  EXPECT_EQ(told(call(at(-std::chrono::minutes(4)))), "200");
  EXPECT_THAT(told(call(at(std::chrono::minutes(6)))),
              StartsWith("401 bad_token header 'token': the token's timestamp is 6 min behind"));
  EXPECT_THAT(told(call(at(-std::chrono::minutes(6)))), HasSubstr("ahead of this machine's clock"));
}

TEST(RapiAuth, HasAWordForEachMode) {
  for (const auto auth : {ApiAuth::off, ApiAuth::log, ApiAuth::strict}) {
    EXPECT_EQ(api_auth_from_word(api_auth_word(auth)), auth);
  }
  EXPECT_FALSE(api_auth_from_word("Strict").has_value());
  EXPECT_EQ(RapiOptions().auth, ApiAuth::log);
}

}  // namespace
}  // namespace roomle_sim
