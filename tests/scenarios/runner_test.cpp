#include "scenarios/runner.h"

#include <stop_token>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/scenario_text.h"
#include "tests/support/process.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {
namespace {

using State = ScenarioResult::State;
using test::differences_of;
using test::kSend;
using test::Ran;
using test::run;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;

const std::string k503 = R"("endpoint": {"sequence": [503]}, )";

// The differences of one expectation after one event that an endpoint with 503 got.
std::string differing(const std::string& expectation, const std::string& endpoint = k503) {
  const Ran ran = run(scenario_text(kSend + ",\n{\"expect\": " + expectation + "}", endpoint));
  EXPECT_EQ(ran.result.state, State::failed);
  return differences_of(ran.result);
}

TEST(Runner, PassesWhereAllIsAsExpected) {
  const Ran ran = run(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed", "attempts": 1,
    "reasons": ["status"], "mail": {"to": "customer@example.com"}, "received": 1}})",
                                    k503));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
  EXPECT_GT(ran.result.duration, Duration::zero());
  EXPECT_THAT(ran.result.story, testing::Contains(HasSubstr("mailed after 1 attempt")));
}

TEST(Runner, ADifferenceCarriesItsPlaceInTheFile) {
  EXPECT_EQ(differing(R"({"outcome": "delivered"})"),
            "test.json:5:24 outcome: \"delivered\" / \"mailed\"\n");
}

TEST(Runner, EachKindOfExpectationShowsItsDifference) {
  EXPECT_THAT(differing(R"({"attempts": 2})"), HasSubstr("attempts: 2 / 1"));
  EXPECT_THAT(differing(R"({"reasons": ["timeout"]})"),
              HasSubstr(R"(reasons: ["timeout"] / ["status 503"])"));
  EXPECT_THAT(differing(R"({"statuses": [200]})"), HasSubstr("statuses: [200] / [503]"));
  EXPECT_THAT(differing(R"({"ambiguous": false})"), HasSubstr("ambiguous: false / true"));
  EXPECT_THAT(differing(R"({"mails": 0})"), HasSubstr("mails: 0 / 1"));
  EXPECT_THAT(differing(R"({"mail": {"to": "someone@else.example"}})"),
              HasSubstr(R"(mail.to: "someone@else.example" / "customer@example.com")"));
  EXPECT_THAT(differing(R"({"mail": {"headers": {"X-Roomle-Event": "x"}}})"),
              HasSubstr(R"(mail.headers["X-Roomle-Event"]: "x" / "email.savedConfiguration")"));
  EXPECT_THAT(differing(R"({"received": 0})"), HasSubstr("received: 0 / 1"));
  EXPECT_THAT(differing(R"({"received": {"token": {"apiKey": "other"}}})"),
              HasSubstr(R"(received.token.apiKey: "other" / "aValidApiKey")"));
  EXPECT_THAT(differing(R"({"received": {"body": {"/data/email": "x", "/data/none": 1}}})"),
              AllOf(HasSubstr(R"(received.body["/data/email"]: "x" / "customer@example.com")"),
                    HasSubstr(R"(received.body["/data/none"]: 1 / nothing)")));
  EXPECT_THAT(differing(R"({"received": {"headers": {"Token": {"exists": false}}}})"),
              HasSubstr(R"(received.headers["Token"]: nothing / "01-)"));
  EXPECT_THAT(differing(R"({"total": {"delivered": 1}})"), HasSubstr("total.delivered: 1 / 0"));
  EXPECT_THAT(differing(R"({"refused": {"exists": true}})"),
              HasSubstr("refused: something / nothing"));
}

TEST(Runner, WhatIsExpectedOfRequestsNeedsOne) {
  EXPECT_THAT(differing(R"({"received": {"event": "email.savedConfiguration"}})",
                        R"("endpoint": {"refuse": true}, )"),
              HasSubstr("received.event: \"email.savedConfiguration\" / no request at all"));
  EXPECT_THAT(differing(R"({"mail": {"to": "customer@example.com"}})", ""),
              HasSubstr("no mail at all"));
}

TEST(Runner, SaysWhichOfSeveralRequestsWasDifferent) {
  const Ran ran = run(scenario_text(
      kSend + R"(, {"expect": {"received": {"answer": "503"}}}, {"expect": {"received": [
      {"answer": "503"}, {"answer": "200"}, {}]}})",
      R"("endpoint": {"sequence": [503, 200]}, )",
      R"(, "simulator": {"retry": {"schedule": ["1ms"]}})"));
  EXPECT_THAT(differences_of(ran.result),
              AllOf(HasSubstr(R"(received.answer (request 2): "503" / "200")"),
                    HasSubstr("received.count: 3 / 2")));
}

TEST(Runner, ARefusalThatNobodyExpectsIsADifference) {
  const Ran ran =
      run(scenario_text(kSend + R"(, {"expect": {"mails": 0}})", "", R"(, "active": false)"));
  EXPECT_EQ(ran.result.state, State::failed);
  EXPECT_THAT(differences_of(ran.result),
              HasSubstr("test.json:4:10 the event: accepted / refused: "));
}

TEST(Runner, AnEndThatComesTooLateIsADifference) {
  const Ran ran =
      run(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed"}})",
                        R"("timeout": "50ms", "endpoint": {"sequence": [{"blackhole": true}]}, )"));
  EXPECT_EQ(ran.result.state, State::failed);
  EXPECT_THAT(differences_of(ran.result),
              HasSubstr("within the scenario's time of 50ms / still open after 1 attempt"));
}

TEST(Runner, ASendThatNobodyAsksAboutMustEndToo) {
  const Ran ran = run(scenario_text(
      kSend, R"("timeout": "50ms", "endpoint": {"sequence": [{"blackhole": true}]}, )"));
  EXPECT_EQ(ran.result.state, State::failed);
}

TEST(Runner, AnExternalEndpointLeavesWhatItReceivedUnchecked) {
  RunOptions options;
  options.external_endpoint = "http://127.0.0.1:1/nobody";
  const Ran ran = run(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed",
    "reasons": ["connect_refused"], "received": {"count": 1, "problems": []}}})",
                                    k503),
                      options);
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result);
  EXPECT_EQ(ran.result.not_checked, 2);
  EXPECT_TRUE(ran.result.endpoint_ignored);
}

TEST(Runner, MailsCanGoToAFolder) {
  const TemporaryFolder folder;
  RunOptions options;
  options.mailbox = "maildir:" + folder.path() + "/mails";
  const Ran ran = run(scenario_text(kSend + R"(, {"expect": {"mails": 1,
    "mail": {"to": "customer@example.com"}}})",
                                    k503),
                      options);
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
}

TEST(Runner, AMailboxThatCannotBeOpenedIsAnError) {
  RunOptions options;
  options.mailbox = "maildir:/dev/null/mails";
  const Ran ran = run(scenario_text(kSend), options);
  EXPECT_EQ(ran.result.state, State::error);
  EXPECT_THAT(ran.result.error, HasSubstr("/dev/null"));
}

TEST(Runner, AnInterruptEndsAHangingScenarioAtOnce) {
  std::stop_source stop;
  RawServer hanging([&](RawConnection& connection) {
    connection.read_request();
    stop.request_stop();
    connection.wait_for_close();
  });
  RunOptions options;
  options.external_endpoint = hanging.url();
  const Ran ran =
      run(scenario_text(kSend, R"("timeout": "1h", )", R"(, "simulator": {"timeout": "1h"})"),
          options, stop.get_token());
  EXPECT_EQ(ran.result.state, State::interrupted);
}

}  // namespace
}  // namespace roomle_sim
