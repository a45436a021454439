// Steps of `repeat` and of included lists: whom a name means, and which round a difference is of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/report_document.h"
#include "scenarios/report_html.h"
#include "scenarios/report_junit.h"
#include "scenarios/report_tap.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/temporary_folder.h"

namespace roomle_sim {
namespace {

using test::differences_of;
using test::kSend;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string send_as(const std::string& name) {
  return R"({"send": "email.savedConfiguration", "as": ")" + name +
         R"(", "data": {"email": "customer@example.com"}})";
}

std::string expect_of(const std::string& name, const std::string& outcome = "delivered") {
  return R"({"expect": {"of": ")" + name + R"(", "outcome": ")" + outcome + "\"}}";
}

std::string twice(const std::string& steps) {
  return R"({"repeat": 2, "steps": [)" + steps + "]}";
}

std::string mistakes_of_rounds(const std::string& steps) {
  const auto scenario = test::parse(scenario_text(steps));
  return scenario ? "none" : scenario.error().message;
}

// Which send the last step expects something of.
std::optional<std::size_t> meant(const std::string& steps) {
  const auto scenario = test::parse(scenario_text(steps));
  EXPECT_TRUE(scenario) << scenario.error().message;
  if (!scenario) return std::nullopt;
  return std::get<Expectation>(scenario->steps.back()).send;
}

TEST(NamesInRounds, EachRoundHasItsOwn) {
  const std::string round = send_as("x") + ", " + kSend + ", " + expect_of("x");
  EXPECT_EQ(meant(twice(round)), 2U);
  EXPECT_EQ(meant(twice(twice(round))), 6U);
}

TEST(NamesInRounds, WhatStandsAroundIsSeenFromWithin) {
  EXPECT_EQ(meant(send_as("a") + ", " + twice(kSend + ", " + expect_of("a"))), 0U);
  EXPECT_EQ(meant(send_as("x") + ", " + twice(send_as("x") + ", " + expect_of("x"))), 2U)
      << "the nearest counts, as with variables";
}

TEST(NamesInRounds, FromOutsideANameMustBeOneSendsAlone) {
  EXPECT_EQ(
      meant(R"({"repeat": 1, "steps": [)" + send_as("x") + "]}, " + kSend + ", " + expect_of("x")),
      0U);
  EXPECT_EQ(meant(send_as("x") + ", " + twice(send_as("x")) + ", " + expect_of("x")), 0U);
  EXPECT_EQ(meant(twice(send_as("x-${index}")) + ", " + expect_of("x-1")), 0U);
  EXPECT_THAT(
      mistakes_of_rounds(twice(send_as("x")) + ", " + expect_of("x")),
      AllOf(HasSubstr("several sends are called 'x', each in a round of its own, or in an include"),
            HasSubstr("a name for each, such as \"x-${index}\"")));
}

TEST(NamesInRounds, TwoOfOneRoundAreStillAMistake) {
  EXPECT_THAT(mistakes_of_rounds(twice(send_as("x") + ", " + send_as("x"))),
              HasSubstr("an earlier send is already called 'x'"));
  EXPECT_THAT(mistakes_of_rounds(send_as("x") + ", " + send_as("x")),
              HasSubstr("an earlier send is already called 'x'"));
}

TEST(NamesInRounds, AListThatIsIncludedTwiceHasItsOwn) {
  const TemporaryFolder folder;
  folder.file("steps.json", "[" + send_as("x") + ", " + expect_of("x", "mailed") + "]");
  const auto scenarios = load_scenario_file(folder.file(
      "main.json", scenario_text(R"({"include": "steps.json"}, {"include": "steps.json"})",
                                 R"("endpoint": {"sequence": [503], "then": "repeat_last"}, )")));
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  const ScenarioResult result = run_scenario(scenarios->front(), {});
  EXPECT_EQ(differences_of(result), "");
}

TEST(NamesInRounds, AListThatIsIncludedInARoundBelongsToIt) {
  const TemporaryFolder folder;
  folder.file("with.json", "[" + send_as("x") + "]");
  folder.file("without.json", "[" + kSend + "]");
  const auto read = [&](const std::string& steps) {
    return load_scenario_file(folder.file("main.json", scenario_text(steps)));
  };
  const auto scenarios =
      read(R"({"repeat": 2, "steps": [{"include": "with.json"}, )" + expect_of("x") + "]}");
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  EXPECT_EQ(std::get<Expectation>(scenarios->front().steps.back()).send, 1U);
  // In the second round there is none, and that of the first is seen by whoever is around both.
  const auto other = read(R"({"repeat": ["with", "without"], "as": "list", "steps": [
    {"include": "${list}.json"}, )" +
                          expect_of("x") + "]}");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(std::get<Expectation>(other->front().steps.back()).send, 0U);
  const auto outside =
      read(R"({"repeat": 2, "steps": [{"include": "with.json"}]}, )" + expect_of("x"));
  ASSERT_FALSE(outside);
  EXPECT_THAT(outside.error().message, HasSubstr("several sends are called 'x'"));
}

TEST(DifferencesInRounds, TellTheRound) {
  const test::Ran ran = test::run(scenario_text(
      R"({"repeat": ["a", "b"], "as": "v", "steps": [)" + kSend +
          R"(, {"expect": {"outcome": "delivered"}}, {"capture": {"c": "/mail/7"}}]})",
      R"("endpoint": {"sequence": [200, 503]}, )"));
  EXPECT_THAT(differences_of(ran.result),
              AllOf(HasSubstr("outcome (round 2: v = \"b\"): \"delivered\" / \"mailed\"\n"),
                    HasSubstr("capture.c (round 1: v = \"a\"): "),
                    HasSubstr("capture.c (round 2: v = \"b\"): ")));
}

TEST(DifferencesInRounds, TellEachRoundAroundFromTheInnermost) {
  const test::Ran ran =
      test::run(scenario_text(twice(R"({"repeat": 1, "as": "n", "steps": [)" + kSend +
                                    R"(, {"expect": {"outcome": "mailed"}}]})"),
                              R"("endpoint": {"sequence": [503, 200]}, )"));
  EXPECT_THAT(differences_of(ran.result),
              testing::EndsWith("outcome (round 1, in round 2): \"mailed\" / \"delivered\"\n"));
}

TEST(DifferencesInRounds, TellWhereAListWasIncludedInEveryReport) {
  const TemporaryFolder folder;
  folder.file("steps.json", "[" + kSend + R"(, {"expect": {"outcome": "${o}"}}])");
  const std::string main = folder.file(
      "main.json", scenario_text(R"({"include": "steps.json", "variables": {"o": "delivered"}},
{"repeat": ["mailed"], "as": "o", "steps": [{"include": "steps.json"}]})"));
  const auto scenarios = load_scenario_file(main);
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  SuiteOptions options;
  options.run.keep_sends = true;
  const SuiteResult suite = run_suite(*scenarios, options, {});
  const std::string told = "outcome (included at " + main + ":5:57, in round 1: o = \"mailed\")";
  EXPECT_THAT(differences_of(suite.results.at(0)), HasSubstr(told));
  const auto document = report_document(suite, {"roomle-sim 1", TimePoint{}, &options.run});
  EXPECT_EQ(document["scenarios"][0]["differences"][0]["name"], told);
  for (const std::string& report : {junit_xml(suite), tap_text(suite), report_html(document)}) {
    EXPECT_THAT(report, HasSubstr("outcome (included at " + main + ":5:57, in round 1"));
  }
}

TEST(DifferencesInRounds, ALongValueIsLeftOut) {
  const test::Ran ran = test::run(scenario_text(R"({"repeat": [{"text": ")" +
                                                std::string(500, 'x') + R"("}], "as": "v",
"steps": [)" + kSend + R"(, {"expect": {"outcome": "mailed"}}]})"));
  ASSERT_EQ(ran.result.differences.size(), 1U);
  EXPECT_EQ(ran.result.differences.front().name, "outcome (round 1)");
}

TEST(MistakesInRounds, TellTheRoundOfAValueThatOnlyItHas) {
  EXPECT_THAT(mistakes_of_rounds(R"({"repeat": ["acme", "nobody"], "as": "t", "steps": [
{"send": "email.savedConfiguration", "tenant": "${t}"}]})"),
              AllOf(HasSubstr("there is no tenant 'nobody'"),
                    HasSubstr("42 (acme); in round 2 (here ${t} is \"nobody\")"),
                    Not(HasSubstr("round 1"))));
}

TEST(Requests, ADifferenceThatAllHaveIsToldOnce) {
  const std::string steps = kSend + R"(, {"expect": {"received": {"answer": "200"}}})";
  const std::string retries = R"(, "simulator": {"retry": {"schedule": ["1ms", "1ms", "1ms"]}})";
  EXPECT_EQ(
      differences_of(
          test::run(scenario_text(steps,
                                  R"("endpoint": {"sequence": [503], "then": "repeat_last"}, )",
                                  retries))
              .result),
      "test.json:4:117 received.answer (request 1; the same in requests 2–4): \"200\" / \"503\"\n");
  EXPECT_THAT(
      differences_of(
          test::run(
              scenario_text(steps, R"("endpoint": {"sequence": [503, 504, 503, 500]}, )", retries))
              .result),
      AllOf(HasSubstr("received.answer (request 1; the same in request 3): \"200\" / \"503\"\n"),
            HasSubstr("received.answer (request 2): \"200\" / \"504\"\n"),
            HasSubstr("received.answer (request 4): \"200\" / \"500\"\n")));
}

TEST(Capture, FindsAHeaderWhateverItsCase) {
  const test::Ran ran = test::run(
      scenario_text(kSend + R"_(, {"capture": {"a": "/received/requests/0/headers/Content-Type",
 "b": {"from": "/mail/0/headers/SUBJECT", "matches": "(.)"}, "c": "/received/requests/0/headers/host"}},
 {"expect": {"received": {"headers": {"Host": "${c}", "content-type": "${a}"}}}})_",
                    R"("endpoint": {"sequence": [503]}, )"));
  EXPECT_EQ(differences_of(ran.result), "");
}

}  // namespace
}  // namespace roomle_sim
