// The reports tap=, json= and html=, and what they are made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/report_document.h"
#include "scenarios/report_html.h"
#include "scenarios/report_junit.h"
#include "scenarios/report_tap.h"
#include "scenarios/report_text.h"
#include "scenarios/shell_words.h"
#include "scenarios/side_by_side.h"
#include "tests/scenarios/scenario_text.h"

namespace roomle_sim {
namespace {

using nlohmann::ordered_json;
using test::kSend;
using test::Ran;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Suite {
  std::vector<Ran> runs;
  SuiteResult result;
  RunOptions options;

  void add(const std::string& text) {
    options.keep_sends = true;
    runs.push_back(test::run(text, options));
    const ScenarioResult& one = runs.back().result;
    ++(one.state == ScenarioResult::State::passed ? result.passed : result.failed);
    result.results.push_back(one);
  }
  [[nodiscard]] ordered_json document() const {
    return report_document(result, {"roomle-sim 1", TimePoint{}, &options});
  }
};

const std::string kRetries =
    R"("endpoint": {"sequence": [{"status": 503, "body": "<b>down</b>"}, {"connection_reset": true}]}, )";
const std::string kTwice = R"(, "simulator": {"retry": {"schedule": ["1ms"]}})";

Suite mailed() {
  Suite suite;
  suite.add(
      scenario_text(kSend + ",\n" + R"({"expect": {"outcome": "delivered"}})", kRetries, kTwice));
  return suite;
}

TEST(Document, TellsAttemptsWaitsAndMailInTheirTimes) {
  const ordered_json document = mailed().document();
  EXPECT_EQ(document["version"], 1);
  EXPECT_EQ(document["failed"], 1);
  const ordered_json& scenario = document["scenarios"][0];
  EXPECT_EQ(scenario["state"], "failed");
  EXPECT_EQ(scenario["differences"][0]["where"], "test.json:5:24");
  EXPECT_EQ(scenario["differences"][0]["line"], 5);
  const ordered_json& send = scenario["sends"][0];
  EXPECT_EQ(send["line"], 4);
  EXPECT_EQ(send["outcome"], "mailed");
  EXPECT_EQ(send["ambiguous"], true);
  ASSERT_EQ(send["attempts"].size(), 2U);
  const ordered_json& first = send["attempts"][0];
  EXPECT_EQ(first["status"], 503);
  EXPECT_EQ(first["reason"], "status");
  EXPECT_EQ(first["response"]["body"], "<b>down</b>");
  EXPECT_EQ(first["received"]["token"]["verdict"], "authenticated");
  EXPECT_EQ(send["attempts"][1]["reason"], "connection_closed");
  EXPECT_EQ(send["attempts"][1].contains("response"), false);
  const ordered_json& wait = send["waits"][0];
  EXPECT_EQ(wait["beforeAttempt"], 2);
  EXPECT_GE(wait["fromMs"], first["startMs"]);
  EXPECT_GE(send["attempts"][1]["startMs"], wait["toMs"]);
  EXPECT_EQ(send["mail"]["handedOver"], true);
  EXPECT_EQ(send["mails"][0]["to"][0], "customer@example.com");
}

TEST(Html, StandsAlone) {
  const std::string html = report_html(mailed().document());
  EXPECT_THAT(html, AllOf(HasSubstr("default-src 'none'"), HasSubstr("<svg"),
                          HasSubstr("<iframe sandbox=\"\""), Not(HasSubstr("<script")),
                          Not(HasSubstr("src=\"http")), Not(HasSubstr("url("))));
}

TEST(Html, WhatOthersWriteIsEscaped) {
  Suite suite;
  suite.add(scenario_text(
      R"({"send": "email.savedConfiguration", "as": "</script><script>alert(1)</script>",
          "data": {"email": "customer@example.com", "configuratorId": "\"><img src=x onerror=alert(1)>"}},
         {"expect": {"received": {"body": {"/data/configuratorId": "<i>"}}}})",
      R"("description": "<svg onload=alert(1)>", "endpoint": {"sequence": [{"status": 503, "body": "</pre><script>alert(1)</script>"}]}, )"));
  const std::string html = report_html(suite.document());
  EXPECT_THAT(html, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")),
                          Not(HasSubstr("<svg onload")), HasSubstr("&lt;script&gt;")));
}

TEST(Html, WhatIsNotAsExpectedCanBeReadAtOnceAndTheRestUnfolds) {
  Suite suite;
  suite.add(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed"}},
    {"send": "email.savedConfiguration"}, {"expect": {"outcome": "mailed", "attempts": 2}})",
                          R"("endpoint": {"sequence": [503, 503, 503, 200]}, )", kTwice));
  const ordered_json document = suite.document();
  EXPECT_EQ(document["scenarios"][0]["differences"][0]["send"], 1);
  const std::string html = report_html(document);
  const std::string open = "<details open><summary>Attempt ";
  ASSERT_NE(html.find(open + "2: 200"), std::string::npos);
  EXPECT_EQ(html.find(open), html.rfind(open)) << "of the other send, nothing";
}

TEST(Html, OfManyAttemptsTheLastIsThereAndUnfolded) {
  Suite suite = mailed();
  ordered_json document = suite.document();
  const auto shown = [&](int count) {
    ordered_json& attempts = document["scenarios"][0]["sends"][0]["attempts"];
    attempts = ordered_json::array();
    for (int i = 1; i <= count; ++i) {
      attempts.push_back({{"number", i}, {"startMs", i}, {"endMs", i}, {"status", 503}});
    }
    return report_html(document);
  };
  const std::string open = "<details open><summary>Attempt ";
  EXPECT_THAT(shown(50), AllOf(HasSubstr("Attempt 49: "), HasSubstr(open + "50: "),
                               Not(HasSubstr("left out"))));
  EXPECT_THAT(shown(60), AllOf(HasSubstr("Attempt 49: "), Not(HasSubstr("Attempt 50: ")),
                               Not(HasSubstr("Attempt 59: ")), HasSubstr(open + "60: "),
                               HasSubstr(">10 attempts are left out here<")));
}

TEST(Html, AScheduleOfDaysFitsBesideAttemptsOfMilliseconds) {
  ordered_json send{{"attempts", ordered_json::array()}, {"waits", ordered_json::array()}};
  double at = 0;
  for (int i = 1; i <= 10; ++i) {
    send["attempts"].push_back({{"number", i},
                                {"startMs", at},
                                {"endMs", at + 2},
                                {"durationMs", 2},
                                {"success", false},
                                {"status", 503}});
    send["waits"].push_back({{"beforeAttempt", i + 1}, {"fromMs", at + 2}, {"toMs", at + 3.6e7}});
    at += 3.6e7;
  }
  Suite suite = mailed();
  ordered_json document = suite.document();
  ordered_json& shown = document["scenarios"][0]["sends"][0];
  shown["attempts"] = send["attempts"];
  shown["waits"] = send["waits"];
  const std::string html = report_html(document);
  EXPECT_THAT(html, AllOf(testing::ContainsRegex(">at [0-9]+ h<"), HasSubstr(">10 h<"),
                          HasSubstr(">503<")));
}

TEST(Html, AStatusThatCameIsNotTakenForAnAnswerThatDid) {
  Suite suite;
  suite.add(scenario_text(
      kSend,
      R"("endpoint": {"sequence": [{"body": "0123456789", "connection_reset": {"at": "in_body"}}]}, )"));
  EXPECT_THAT(suite.result.results.front().story.at(1),
              testing::MatchesRegex("  attempt 1: POST .* -> 200, then connection_closed after .* "
                                    "\\(.+\\); the tenant may have acted on it"));
  const std::string html = report_html(suite.document());
  EXPECT_THAT(html, AllOf(HasSubstr("Attempt 1: 200, then connection_closed after"),
                          HasSubstr(">connection_closed</text>")));
}

TEST(Tap, HasAPointForEachScenarioAndDiagnostics) {
  Suite suite = mailed();
  suite.add(scenario_text(kSend));
  const std::string tap = tap_text(suite.result);
  EXPECT_THAT(tap, testing::StartsWith("TAP version 13\n1..2\nnot ok 1 - test\n  ---\n"));
  EXPECT_THAT(tap, HasSubstr("\n  ...\nok 2 - test\n  ---\n"));
  EXPECT_THAT(tap,
              AllOf(HasSubstr("\n  severity: fail\n"), HasSubstr("\n    - at: \"test.json:5:24\""),
                    HasSubstr("\n      expected: \"\\\"delivered\\\"\"")));
}

// A run of three that is stopped while the first is under way.
SuiteResult stopped(const std::vector<Scenario>& scenarios) {
  std::stop_source stop;
  SuiteOptions options;
  options.jobs = 1;
  options.run.time = TimeMode::virt;
  options.on_begin = [&](const Scenario&) { stop.request_stop(); };
  return run_suite(scenarios, options, stop.get_token());
}

std::vector<Scenario> three(const std::string& expected = "delivered") {
  std::vector<Scenario> scenarios;
  for (int i = 0; i < 3; ++i) {
    auto one =
        test::parse(scenario_text(kSend + R"(, {"expect": {"outcome": ")" + expected + "\"}}"));
    EXPECT_TRUE(one) << one.error().message;
    scenarios.push_back(*std::move(one));
    scenarios.back().name = "scenario " + std::to_string(i + 1);
  }
  return scenarios;
}

TEST(Tap, AnInterruptedRunIsNoSuccess) {
  const std::vector<Scenario> scenarios = three();
  const std::string tap = tap_text(stopped(scenarios));
  EXPECT_THAT(tap,
              testing::StartsWith("TAP version 13\n1..3\nok 1 - scenario 1 # SKIP interrupted\n"));
  EXPECT_THAT(tap, testing::EndsWith("\nBail out! interrupted\n"));
  EXPECT_THAT(tap, Not(HasSubstr("scenario 2")));
}

TEST(Tap, WhatFailFastLeftOutIsSkipped) {
  const std::vector<Scenario> scenarios = three("mailed");
  SuiteOptions options;
  options.jobs = 1;
  options.fail_fast = true;
  const std::string tap = tap_text(run_suite(scenarios, options, {}));
  EXPECT_THAT(tap, testing::StartsWith("TAP version 13\n1..3\nnot ok 1 - scenario 1\n"));
  EXPECT_THAT(tap, testing::EndsWith("\nok 2 - scenario 2 # SKIP not run\n"
                                     "ok 3 - scenario 3 # SKIP not run\n"));
}

TEST(Junit, WhatWasNotRunIsSkipped) {
  const std::vector<Scenario> scenarios = three();
  const std::string xml = junit_xml(stopped(scenarios));
  EXPECT_THAT(
      xml,
      AllOf(HasSubstr(R"(tests="3" failures="0" errors="0" skipped="3")"),
            HasSubstr("<skipped message=\"interrupted\"/>"),
            HasSubstr(R"(name="scenario 3" classname="test" file="test.json" line="1" time="0.000">
      <skipped message="not run"/>)")));
}

TEST(Document, NamesWhatWasNotBegunAndSoDoesItsPage) {
  const std::vector<Scenario> scenarios = three();
  const SuiteResult suite = stopped(scenarios);
  RunOptions options;
  options.time = TimeMode::virt;
  const ordered_json document = report_document(suite, {"roomle-sim 1", TimePoint{}, &options});
  EXPECT_EQ(document["time"], "virtual");
  ASSERT_EQ(document["scenarios"].size(), 1U);
  ASSERT_EQ(document["notBegun"].size(), 2U);
  EXPECT_EQ(document["notBegun"][1],
            (ordered_json{{"name", "scenario 3"}, {"file", "test.json"}, {"line", 1}}));
  EXPECT_THAT(report_html(document),
              HasSubstr(R"(<td class="state">not run</td><td>scenario 3</td>)"));
}

TEST(Html, TellsHowMuchTimeWentByWhereItWasSkipped) {
  Suite suite = mailed();
  suite.options.time = TimeMode::skip;
  suite.result.duration = std::chrono::milliseconds(11);
  suite.result.passed_time = std::chrono::hours(75);
  EXPECT_THAT(report_html(suite.document()), HasSubstr("11 ms for 75 h"));
  suite.options.time = TimeMode::real;
  EXPECT_THAT(report_html(suite.document()), Not(HasSubstr(" for 75 h")));
}

TEST(Tap, ANameCannotBeTakenForADirective) {
  Suite suite;
  suite.add(scenario_text(kSend));
  Scenario named = *suite.runs.front().scenario;
  named.name = "50 # skip \\ this\nnot ok 2";
  suite.result.results.front().scenario = &named;
  EXPECT_THAT(tap_text(suite.result), HasSubstr("ok 1 - 50 \\# skip \\\\ this not ok 2\n"));
}

TEST(SideBySide, PairsWhatChangedAndLeavesOutWhatIsFarFromIt) {
  const auto lines = side_by_side({"a", "b", "c", "d", "e"}, {"a", "b", "c", "x", "e", "f"}, 1);
  std::string shown;
  for (const ComparedLine& one : lines) {
    shown += one.kind == ComparedLine::Kind::skipped ? "…;" : one.left + "/" + one.right + ";";
  }
  EXPECT_EQ(shown, "…;c/c;d/x;e/e;/f;");
}

TEST(SideBySide, BreaksLongLinesIntoTheWidth) {
  const auto rows = two_columns(side_by_side({"abcdefghijklmnopqrstuvwxyzü"}, {"short"}), 35);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].left + rows[0].mark + rows[0].right, "abcdefghijklmnop | short");
  EXPECT_EQ(rows[1].left, "qrstuvwxyzü     ");
}

TEST(SideBySide, ALongValueIsWholeInADifferenceAndCutInALine) {
  const Ran ran = test::run(
      scenario_text(kSend + R"(, {"expect": {"received": {"body": {"/data/configuratorId": ")" +
                    std::string(1000, 'x') + "\"}}}}"));
  ASSERT_EQ(ran.result.differences.size(), 1U);
  EXPECT_EQ(ran.result.differences.front().expected.size(), 1002U);
  EXPECT_THAT(describe(ran.result.differences.front()),
              HasSubstr("xxx… (1002 bytes in all), got \"myConfigurator\""));
}

TEST(SideBySide, AListHasALineForEachPart) {
  EXPECT_THAT(lines_of_value("[1, 2]"), testing::ElementsAre("[", "  1,", "  2", "]"));
  EXPECT_THAT(lines_of_value(R"("a\nb")"), testing::ElementsAre("a", "b"));
  EXPECT_THAT(lines_of_value(R"("mailed")"), testing::ElementsAre(R"("mailed")"));
  EXPECT_THAT(lines_of_value("no request at all"), testing::ElementsAre("no request at all"));
}

TEST(ShellWords, AreReadBackAsTheyWere) {
  EXPECT_EQ(shell_quoted("a/b.json"), "a/b.json");
  EXPECT_EQ(shell_quoted("it's $HOME"), R"('it'\''s $HOME')");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_variable("X-Api-Key"), "$X_API_KEY");
  EXPECT_EQ(shell_variable("2fa"), "$_2FA");
}

TEST(ShellWords, WhatIsLeftOutIsAVariable) {
  const auto quoted = [](std::string_view word, std::vector<LeftOut> left_out) {
    ShellVariables variables;
    return shell_quoted_without(word, std::move(left_out), variables);
  };
  EXPECT_EQ(quoted("http://h/?x=$HOME", {}), "'http://h/?x=$HOME'");
  EXPECT_EQ(quoted("k=abc&x=\"`$HOME\\", {{{2, 5}, "api_key"}}), R"("k=$API_KEY&x=\"\`\$HOME\\")");
  EXPECT_EQ(quoted("abcs abc_", {{{0, 3}, "SECRET"}, {{5, 8}, "sig"}}), R"("${SECRET}s ${SIG}_")");
  EXPECT_EQ(quoted("wow! abc", {{{5, 8}, "X-A"}}), R"("wow"'!'" $X_A")");
  EXPECT_EQ(quoted("-abcdef-", {{{3, 7}, "b"}, {{1, 5}, "a"}, {{1, 2}, "c"}}), R"("-$A-")");
}

TEST(ShellWords, AVariableStandsForOneValueAndForNothingOfTheShells) {
  ShellVariables variables;
  EXPECT_EQ(variables.of("key", "a"), "$KEY");
  EXPECT_EQ(variables.of("Key", "b"), "$KEY_2");
  EXPECT_EQ(variables.of("key", "a"), "$KEY");
  EXPECT_EQ(variables.of("key_2", "c"), "$KEY_2_2");
  EXPECT_EQ(variables.of("pwd", "a"), "$PWD_2");
  EXPECT_EQ(variables.of("--", "a"), "$SECRET");
}

}  // namespace
}  // namespace roomle_sim
