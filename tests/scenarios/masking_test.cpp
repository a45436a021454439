// No secret is in anything that is shown of a run: each report, the terminal's texts, recordings.
#include "scenarios/masking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "scenarios/curl_command.h"
#include "scenarios/replay_form.h"
#include "scenarios/report_document.h"
#include "scenarios/report_html.h"
#include "scenarios/report_junit.h"
#include "scenarios/report_tap.h"
#include "tests/scenarios/scenario_text.h"

namespace roomle_sim {
namespace {

using testing::HasSubstr;
using testing::Not;

// Each a text that stands nowhere else. Quotes and the like, since outputs escape them.
const std::string kOwn = "OWN-SECRET-01234";
const std::string kDefault = "DEFAULT-SECRET-1";
const std::string kVariable = "HUSH<&\"VARIABLE";
const std::string kEnvironment = "HUSH-ENVIRONMENT";
const std::string kHeader = "HUSH-HEADER-VALUE";
const std::string kQuery = "HUSH-QUERY-FIELD";
const std::string kAnswer = "HUSH-ANSWER-COOKIE";

// One that says each of them somewhere: in a body, a difference, a header, a URL, an answer.
const std::string kScenario =
    R"({ "name": "secrets", "tenants": [ { "id": 42, "name": "acme", "apiKey": "aValidApiKey" } ],
  "credentials": [ { "apiKey": "aValidApiKey", "secret": "OWN-SECRET-01234" } ],
  "defaultCredential": { "apiKey": "roomle_default", "secret": "DEFAULT-SECRET-1" },
  "variables": { "db_password": "HUSH<&\"VARIABLE" },
  "endpoint": { "sequence": [ { "status": 503, "headers": { "Set-Cookie": "id=HUSH-ANSWER-COOKIE" },
                                "body": "OWN-SECRET-01234 ${db_password}" } ] },
  "steps": [
    { "send": "email.savedConfiguration",
      "data": { "email": "customer@example.com", "configuratorId": "${env.SHOP_TOKEN} ${db_password}",
                "url": "https://x.example/?a=DEFAULT-SECRET-1" } },
    { "expect": { "outcome": "delivered",
        "received": { "headers": { "X-Acme-Auth": "other ${env.SHOP_TOKEN}" }, "body": { "/data/configuratorId": "${db_password}" } } } } ] })";

class Masked : public testing::Test {
 protected:
  Masked() {
    LoadOptions load;
    load.sources.environment = [](const std::string& name) -> std::optional<std::string> {
      if (name == "SHOP_TOKEN") return kEnvironment;
      return std::nullopt;
    };
    auto scenarios = test::parse_all(kScenario, load);
    EXPECT_TRUE(scenarios) << scenarios.error().message;
    scenarios_ = *std::move(scenarios);
    options_.keep_sends = true;
    options_.outgoing.headers = {{"X-Acme-Auth", "Bearer " + kHeader}};
    suite_.results = {run_scenario(scenarios_.front(), options_)};
    suite_.failed = 1;
    masking_ = Masking(scenarios_.front(), options_);
    masking_.apply(suite_.results.front());
  }

  static void expect_clean(const std::string& text, const std::string& what) {
    for (const std::string& secret :
         {kOwn, kDefault, kEnvironment, kHeader, kAnswer, std::string("HUSH")}) {
      EXPECT_THAT(text, Not(HasSubstr(secret))) << what;
    }
  }

  std::vector<Scenario> scenarios_;
  RunOptions options_;
  SuiteResult suite_;
  Masking masking_;
};

TEST_F(Masked, NoReportHasASecret) {
  const ScenarioResult& result = suite_.results.front();
  ASSERT_EQ(result.state, ScenarioResult::State::failed) << result.error;
  ASSERT_GE(result.differences.size(), 3U);
  const auto document = report_document(suite_, {"roomle-sim", TimePoint{}, &options_});
  expect_clean(json_text(document), "json");
  expect_clean(report_html(document), "html");
  expect_clean(junit_xml(suite_), "junit");
  expect_clean(tap_text(suite_), "tap");
  expect_clean(json_text(replay_form(result, options_)), "replay");
  EXPECT_THAT(json_text(document), HasSubstr(std::string(kMasked)));
}

TEST_F(Masked, TheDecryptedTokenStays) {
  const auto document = report_document(suite_, {"roomle-sim", TimePoint{}, &options_});
  const auto& attempt = document.at("scenarios").at(0).at("sends").at(0).at("attempts").at(0);
  EXPECT_THAT(attempt.at("token").at("plaintext").get<std::string>(), HasSubstr("aValidApiKey"));
  EXPECT_THAT(attempt.at("token").at("value").get<std::string>(), testing::StartsWith("01-"));
}

TEST_F(Masked, CurlNamesWhatItLeavesOut) {
  const SendRecord& send = suite_.results.front().sends.front();
  std::string curl;
  for (const JournalRecord& record : send.facts.records) {
    if (record.exchange) curl = curl_command(send, *record.exchange, options_.transport, masking_);
  }
  expect_clean(curl, "curl");
  EXPECT_THAT(curl, HasSubstr(R"( -H "X-Acme-Auth: $X_ACME_AUTH")"));
  EXPECT_THAT(curl, HasSubstr(" -H 'token: 01-"));
  EXPECT_THAT(curl, HasSubstr(R"( --data-raw '{"event":"email.savedConfiguration",)"));
}

TEST(Masking, OfTwoSecretsUnderOneNameACurlHasTwoVariables) {
  Masking masking;
  masking.add("HUSH-VALUE");
  Exchange exchange;
  exchange.request.headers = {{"X-Key", "abc"}, {"X-$a", "is HUSH-VALUE"}, {"Auth", ""}};
  exchange.request.url = "http://h/?x_key=def&api%5Fkey=g&x_key=abc";
  SendRecord send{};
  EXPECT_THAT(
      curl_command(send, exchange, {}, masking),
      testing::AllOf(HasSubstr(R"( -H "X-Key: $X_KEY" -H "X-\$a: is $X__A" -H 'Auth;' )"),
                     HasSubstr(R"( "http://h/?x_key=$X_KEY_2&api%5Fkey=$API_KEY&x_key=$X_KEY")")));
}

TEST(Masking, FindsAUrlsQueryFieldsByTheirName) {
  Masking masking;
  masking.add_url("https://h.example/p?key=" + kQuery + "&lang=de&x_signature=abcdef");
  EXPECT_EQ(masking.text("GET /p?key=" + kQuery + "&lang=de&x_signature=abcdef"),
            "GET /p?key=******&lang=de&x_signature=******");
}

TEST(Masking, FindsAQueryFieldAsAnEndpointReadsIt) {
  Masking masking;
  masking.add_url("/p?sig=a%2Fb%3D1&code=abcd#top");
  EXPECT_EQ(masking.text("a%2Fb%3D1 a/b=1 abcd #top"), "****** ****** ****** #top");
}

TEST(Masking, APlusInAQueryMayBeReadAsASpace) {
  Masking masking;
  masking.add_url("/p?token=ab+cdefgh%21&key=1%zz+3");
  EXPECT_EQ(masking.text("ab+cdefgh%21 ab cdefgh! ab+cdefgh! ab+cdefgh%21 ab%20cdefgh%21"),
            "****** ****** ****** ****** ******");
  EXPECT_EQ(masking.text("1%zz+3 1%zz 3"), "****** ******") << "an escape that is none";
  masking.add("a b!c");
  EXPECT_EQ(masking.text("a+b%21c"), "******");
}

TEST(Masking, TellsWhereItMasks) {
  Masking masking;
  masking.add("abcd");
  masking.add("cdefg");
  std::string found;
  for (const auto& [begin, end] : masking.stretches("-abcdefg-abcd")) {
    found += std::to_string(begin) + "-" + std::to_string(end) + " ";
  }
  EXPECT_EQ(found, "1-8 9-13 ");
}

TEST(Masking, TheWholeOfALongerSecretGoes) {
  Masking masking;
  masking.add("abcd");
  masking.add("abcdefgh");
  masking.add("no");
  EXPECT_EQ(masking.text("abcdefgh abcd no"), "****** ****** no");
}

TEST(Masking, FindsASecretAsAUrlOrJsonWouldWriteIt) {
  Masking masking;
  masking.add("a \"b\"");
  EXPECT_EQ(masking.text(R"({"x":"a \"b\""} ?q=a%20%22b%22)"), R"({"x":"******"} ?q=******)");
}

TEST(Masking, FindsASecretAsTheMailsHtmlWritesIt) {
  Masking masking;
  masking.add("Tom&\"Jerry\"<7 \\\t'8");
  EXPECT_EQ(masking.text("<p>Tom&amp;&quot;Jerry&quot;&lt;7 \\ &#39;8</p>"), "<p>******</p>");
  EXPECT_EQ(masking.text(R"("<p>Tom&amp;&quot;Jerry&quot;&lt;7 \\ &#39;8</p>")"),
            R"("<p>******</p>")");
  EXPECT_EQ(masking.text("POST /Tom&%22Jerry%22%3C7%20%5C%09'8"), "POST /******");
}

TEST(Masking, FindsTheFieldsOfABuiltInEndpointsPath) {
  const auto built_in = test::parse(
      R"({"name": "x", "tenants": [{"id": 1, "name": "a", "webhook": {"endpoint": "default", "path": "/p?token=abcd"}}],
          "steps": [)" +
      test::kSend + "]}");
  ASSERT_TRUE(built_in) << built_in.error().message;
  EXPECT_EQ(Masking(*built_in, {}).text("POST /p?token=abcd"), "POST /p?token=******");
}

TEST(Masking, APasswordMayBeANumber) {
  LoadOptions load;
  load.variables = {*read_given_variable("db_password=12345678"),
                    *read_given_variable("session_minutes=1000")};
  const auto scenarios = test::parse_all(test::scenario_text(R"({"send": "email.savedConfiguration",
      "data": {"configuratorId": "${db_password} ${session_minutes}"}})"),
                                         load);
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  EXPECT_EQ(Masking(scenarios->front(), {}).text("12345678 1000"), "****** 1000");
}

TEST(Masking, TheFolderOfTheShellIsNoPassword) {
  LoadOptions load;
  load.sources.environment = [](const std::string& name) -> std::optional<std::string> {
    return "/value/of/" + name;
  };
  const auto scenarios = test::parse_all(test::scenario_text(R"({"send": "email.savedConfiguration",
      "data": {"configuratorId": "${env.PWD} ${env.DB_PWD} ${env.PASSPHRASE}"}})"),
                                         load);
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  EXPECT_EQ(
      Masking(scenarios->front(), {}).text("/value/of/PWD /value/of/DB_PWD /value/of/PASSPHRASE"),
      "/value/of/PWD ****** ******");
}

}  // namespace
}  // namespace roomle_sim
