#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/scenario.h"
#include "tests/scenarios/scenario_text.h"

namespace roomle_sim {
namespace {

using test::kSend;
using test::parse;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string mistakes_of(const std::string& text) {
  const Result<Scenario> scenario = parse(text);
  return scenario ? std::string("none") : scenario.error().message;
}

TEST(ScenarioReader, ReadsTheDesignsExample) {
  const Result<Scenario> scenario = parse(R"({
    // Comments are allowed.
    "name": "endpoint down: the customer gets the Roomle email", "description": "why", "tags": ["fast"],
    "tenants": [ { "id": 42, "name": "acme", "apiKey": "aValidApiKey" } ],
    "credentials": [ { "apiKey": "aValidApiKey", "secret": "a-Secr3t_Str1ng!" } ],
    "endpoint": { "sequence": [ { "status": 503 } ], "then": "repeat_last" },
    "seed": 7, "timeout": "3s",
    "steps": [
      { "send": "email.savedConfiguration", "tenant": 42, "data": { "email": "customer@example.com" } },
      { "expect": { "outcome": "mailed", "attempts": 1, "mails": 1 } } ] })");
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->name, "endpoint down: the customer gets the Roomle email");
  EXPECT_EQ(scenario->tags, std::vector<std::string>{"fast"});
  EXPECT_EQ(scenario->seed, 7U);
  EXPECT_EQ(scenario->timeout, std::chrono::seconds(3));
  ASSERT_EQ(scenario->steps.size(), 2U);
  const auto& send = std::get<SendStep>(scenario->steps[0]);
  EXPECT_EQ(send.tenant_id, 42);
  EXPECT_EQ(send.event.email(), "customer@example.com");
  const auto& expect = std::get<Expectation>(scenario->steps[1]);
  EXPECT_EQ(expect.send, 0U);
  EXPECT_EQ(expect.checks.size(), 3U);
}

TEST(ScenarioReader, TellsAnAbsentWebhookFromNone) {
  const Result<Scenario> scenario = parse(R"({"name": "n", "tenants": [
    {"id": 1, "name": "absent"}, {"id": 2, "name": "null", "webhook": null},
    {"id": 3, "name": "empty", "webhook": ""},
    {"id": 4, "name": "own", "webhook": "http://127.0.0.1:9/"}],
    "steps": [{"send": "email.savedConfiguration", "tenant": "own"}]})");
  ASSERT_TRUE(scenario) << scenario.error().message;
  ASSERT_EQ(scenario->built_in.size(), 1U);
  EXPECT_EQ(scenario->built_in.at(1).endpoint, "default");
  EXPECT_EQ(scenario->registry.find(2)->webhook, "");
  EXPECT_EQ(scenario->registry.find(3)->webhook, "");
  EXPECT_EQ(scenario->registry.find(4)->webhook, "http://127.0.0.1:9/");
}

TEST(ScenarioReader, ReadsTenantsFromAFileBesideTheScenario) {
  const Result<Scenario> scenario =
      parse(R"({"name": "n", "tenantsFile": "../tenants/acme.json", "steps": [)" + kSend + "]}",
            std::string(FIXTURES_DIR) + "/scenarios/test.json");
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->registry.tenants().front().id, 42);
}

TEST(ScenarioReader, RefusesTenantsInTwoPlacesAndAFileThatIsNotThere) {
  EXPECT_THAT(mistakes_of(R"({"name": "n", "tenantsFile": "nowhere.json", "tenants": [],
"steps": [{"send": "email.savedConfiguration"}]})"),
              AllOf(HasSubstr("test.json:1:30: "), HasSubstr("nowhere.json"),
                    HasSubstr("test.json:1:57: 'tenants' stands here beside 'tenantsFile'")));
}

TEST(ScenarioReader, AnExpectationRefersToTheLastSendOrToANamedOne) {
  const Result<Scenario> scenario = parse(scenario_text(
      R"({"send": "email.savedConfiguration", "as": "one"}, {"send": "email.savedConfiguration"},
         {"expect": {"outcome": "delivered"}}, {"expect": {"of": "one", "mails": 0}})"));
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(std::get<Expectation>(scenario->steps[2]).send, 1U);
  EXPECT_EQ(std::get<Expectation>(scenario->steps[3]).send, 0U);
}

TEST(ScenarioReader, RefusesAMissingNameTenantsOrSteps) {
  EXPECT_THAT(mistakes_of("{}"),
              AllOf(HasSubstr("needs the member 'name'"), HasSubstr("needs the member 'tenants'"),
                    HasSubstr("needs the member 'steps'")));
  EXPECT_THAT(mistakes_of(scenario_text("")), HasSubstr("there are no steps"));
}

TEST(ScenarioReader, RefusesSeveralTenantsWithoutSayingWhich) {
  EXPECT_THAT(
      mistakes_of(R"({"name": "n", "tenants": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
"steps": [{"send": "email.savedConfiguration"}]})"),
      HasSubstr("test.json:2:11: there are several tenants"));
}

TEST(ScenarioReader, RefusesWhatIsNoStepOrNoPointer) {
  EXPECT_THAT(mistakes_of(scenario_text(kSend + R"(,
{"expect": {"received": {"body": {"/a~2": 1}}}}, 5, {"expect": 5})")),
              AllOf(HasSubstr("test.json:5:35: this is no JSON Pointer"),
                    HasSubstr("test.json:5:50: a number stands where a step"),
                    HasSubstr("test.json:5:64: a number stands where an expectation")));
}

// One file of fixtures/bad-scenarios, and what must be said about it, each at its place.
struct BadFile {
  std::string file;
  std::vector<std::string> said;
  friend std::ostream& operator<<(std::ostream& out, const BadFile& one) { return out << one.file; }
};

class BadScenario : public testing::TestWithParam<BadFile> {};

TEST_P(BadScenario, IsRefusedWithEveryMistakeAtItsPlace) {
  const Result<Scenario> scenario =
      load_scenario(std::string(FIXTURES_DIR) + "/bad-scenarios/" + GetParam().file);
  ASSERT_FALSE(scenario.ok());
  EXPECT_EQ(scenario.error().code, ErrorCode::bad_input);
  EXPECT_THAT(scenario.error().message, Not(testing::EndsWith("\n")));
  for (const std::string& said : GetParam().said) {
    EXPECT_THAT(scenario.error().message, HasSubstr(GetParam().file + ":" + said));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Fixtures, BadScenario,
    testing::Values(
        BadFile{"not-json.json", {"1:2: not JSON: a syntax error"}},
        BadFile{"cut.json", {"3:40: not JSON: the file ends too early"}},
        BadFile{"wrong-type.json",
                {"4:64: a string stands where true or false is expected",
                 "4:80: a number stands where a string is expected",
                 "5:31: a string stands where a number is expected",
                 "5:51: a number stands where true or false is expected",
                 "5:77: true or false stands where a number is expected"}},
        BadFile{
            "unknown-member.json",
            {"3:3: a scenario has no member 'endpiont' (did you mean 'endpoint'?)",
             "5:53: data has no member 'emial' (did you mean 'email'?)",
             "6:19: an expectation has no member 'outcom' (did you mean 'outcome'?)",
             "6:53: what is expected of a request has no member 'tokn' (did you mean 'token'?)"}},
        BadFile{"bare-number-duration.json",
                {"2:70: a bare number is no duration", "3:14: a bare number is no duration"}},
        BadFile{"unknown-event.json",
                {"4:15: 'email.savedConfig' is not known here",
                 "5:15: 'email.shareConfigurationVR' is not known here (did you mean "
                 "'email.shareConfiguration"}},
        BadFile{
            "variables.json",
            {"3:46: the variable 'loop' needs itself", "3:56: no variable can be called 'env'",
             "4:24: a string stands where a whole number is expected",
             "4:62: 'shop' has no part 'lable' (did you mean 'label'?)",
             "5:15: there is no variable 'timeout'",
             "7:63: there is no variable 'custmer' (did you mean 'customer'?)",
             "8:63: there is no generator 'emial' (did you mean 'email'?)",
             "9:63: the environment variable 'NO_SUCH_VARIABLE_HERE' is not set",
             "10:77: a '${' without its '}'", "11:65: 'shop' is an object",
             "11:83: '${a b}' is no reference", "12:31: a string stands where a number is expected",
             "12:56: of a delivery there is no 'delivery.status' here"}},
        BadFile{"steps.json",
                {"2:69: there is no endpoint 'haelthy' (did you mean 'healthy'?)",
                 "2:88: this is no path of a URL",
                 "3:57: a webhook needs the member 'endpoint'",
                 "3:59: a webhook has no member 'url'",
                 "4:54: no endpoint of this list can be called 'default'",
                 "7:18: this capture stands before any send",
                 "9:13: an earlier step is at 5s",
                 "9:83: 'expect' stands in the step that has 'send'",
                 "10:13: a bare number is no duration",
                 "10:59: within no time at all",
                 "11:62: 'within' stands in a step that has 'at'",
                 "12:20: a variable is called 'taken' already",
                 "12:41: no variable can be called '2nd'",
                 "12:48: of a delivery nothing is called 'outcom' (did you mean 'outcome'?)",
                 "12:105: more than one group is captured",
                 "13:30: this is no JSON Pointer",
                 "13:53: a number says not what to capture",
                 "13:65: a capture needs the member 'from'",
                 "13:67: a capture has no member 'form' (did you mean 'from'?)",
                 "13:97: no send before this is called 'fist' (did you mean 'first'?)",
                 "14:18: this captures nothing",
                 "15:26: 'fourth' is known only while the scenario runs",
                 "15:97: what is known only while the scenario runs is no expression",
                 "16:75: what is known only while the scenario runs stands alone",
                 "16:110: what is expected of the customer's mails has no member 'tennant'",
                 "17:31: this expects nothing",
                 "18:31: 'fourth' is captured, and has no parts",
                 "18:58: there is no variable 'seventh'"}},
        BadFile{"cases.json",
                {"3:36: no variable can be called 'env'", "3:43: two columns are called 'status'"}},
        BadFile{"case-rows.json",
                {"3:31: a string stands where an entry of the sequence",
                 "3:32: there is no variable 'status'", "4:49: two cases are called 'fine'",
                 "4:106: a number stands where a case is expected"}},
        BadFile{
            "repeat-and-include.json",
            {"1:11: this scenario has a name of its own, and is included",
             "2:16: ", "5:17: 'often' says not how often", "6:17: 0 is out of range",
             "6:20: a repeat has no member 'times'", "7:26: no variable can be called '2nd'",
             "7:54: 'email.savedConfig' is not known here", "8:17: there is nothing to repeat for",
             "8:30: the steps are no list", "10:18: ", "10:44: an include has no member 'with'",
             "11:5: a repeat needs the member 'steps'"}},
        BadFile{"expect-before-send.json", {"4:17: this expectation stands before any send"}},
        BadFile{"unknown-words.json",
                {"4:5: there are several tenants: this step must name one",
                 "5:53: there is no tenant 'acne' (did you mean 'acme'?)",
                 "6:63: an earlier send is already called 'first'",
                 "7:25: no send before this is called 'fist' (did you mean 'first'?)",
                 "7:44: 'deliverd' is not known here (did you mean 'delivered'?)",
                 "8:31: 'timout' is not known here (did you mean 'timeout'?)",
                 "8:76: this is no regular expression", "9:17: this expects nothing",
                 "10:7: a step has no member 'wait'"}}),
    [](const auto& one) {
      std::string name = one.param.file.substr(0, one.param.file.find('.'));
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace roomle_sim
