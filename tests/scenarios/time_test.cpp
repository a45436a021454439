// Steps at a time, expectations within a time, captures, several endpoints, the customer's view.
#include <condition_variable>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/bell.h"
#include "scenarios/timeline.h"
#include "tests/scenarios/scenario_text.h"
#include "tests/support/raw_server.h"

namespace roomle_sim {
namespace {

using State = ScenarioResult::State;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::differences_of;
using test::kSend;
using test::Ran;
using test::run;
using test::scenario_text;
using testing::AllOf;
using testing::HasSubstr;

constexpr Duration kNever = std::chrono::hours(1);

std::string differences(const std::string& steps, const std::string& members = "",
                        const std::string& tenant = "") {
  return differences_of(run(scenario_text(steps, members, tenant)).result);
}

TEST(Bell, WakesWhoWaitsAndMissesNothingInBetween) {
  Bell bell;
  const std::uint64_t heard = bell.rung();
  bell.ring();
  // It rang since: this comes back at once.
  bell.wait(heard, std::chrono::steady_clock::now() + kNever);
  std::jthread ringer([&] { bell.ring(); });
  bell.wait(heard + 1, std::chrono::steady_clock::now() + kNever);
  EXPECT_EQ(bell.rung(), heard + 2);
}

TEST(Bell, ClosingItEndsAllWaits) {
  Bell bell;
  EXPECT_TRUE(bell.wait_until(std::chrono::steady_clock::now()));
  std::jthread closer([&] { bell.close(); });
  EXPECT_FALSE(bell.wait_until(std::chrono::steady_clock::now() + kNever));
  bell.wait(bell.rung(), std::chrono::steady_clock::now() + kNever);
}

JournalRecord record_at(Duration at, Record what) {
  JournalRecord record;
  record.at = TimePoint(at);
  record.what = std::move(what);
  return record;
}

TEST(Timeline, FactsAreThoseUntilTheMoment) {
  SendFacts facts;
  facts.records.push_back(record_at(seconds(1), record::AttemptStarted{1}));
  facts.records.push_back(record_at(seconds(2), record::MailFinished{}));
  facts.records.back().receipt.emplace();
  facts.records.push_back(record_at(seconds(3), record::Ended{Outcome::mailed}));
  facts.mails.resize(1);
  facts.requests.resize(1);
  facts.requests[0].time = TimePoint(milliseconds(1500));
  const auto until = [&](Duration moment) { return facts_until(facts, TimePoint(moment)); };
  EXPECT_EQ(until(milliseconds(999)).records.size(), 0U);
  EXPECT_EQ(until(seconds(1)).records.size(), 1U);
  EXPECT_EQ(until(seconds(1)).requests.size(), 0U);
  EXPECT_EQ(until(milliseconds(1500)).requests.size(), 1U);
  EXPECT_EQ(until(milliseconds(1999)).mails.size(), 0U);
  EXPECT_EQ(until(seconds(2)).mails.size(), 1U);
  EXPECT_THAT(moments_of({facts}, TimePoint(milliseconds(500)), TimePoint(milliseconds(2500))),
              testing::ElementsAre(TimePoint(milliseconds(500)), TimePoint(seconds(1)),
                                   TimePoint(milliseconds(1500)), TimePoint(seconds(2)),
                                   TimePoint(milliseconds(2500))));
}

// The endpoint never answers, so that nothing but the expectation itself can let the run go on.
TEST(Within, DoesNotWaitForTheEndWhereAllHoldsBefore) {
  const Ran ran =
      run(scenario_text(kSend + R"(, {"expect": {"attempts": 1, "received": 1, "within": "1h"}})",
                        R"("timeout": "100ms", "endpoint": {"sequence": [{"blackhole": true}]}, )",
                        R"(, "simulator": {"timeout": "1h"})"));
  // What is left is the end of the delivery alone.
  EXPECT_EQ(ran.result.differences.size(), 1U) << differences_of(ran.result);
  EXPECT_THAT(differences_of(ran.result), HasSubstr("the delivery's end: "));
}

TEST(Within, WhatComesTooLateIsADifferenceEvenIfItIsThereByNow) {
  EXPECT_THAT(differences(kSend + R"(, {"expect": {"outcome": "mailed"}},
 {"expect": {"outcome": "mailed", "mails": 1, "within": "100ms"}})",
                          R"("endpoint": {"sequence": [503]}, )",
                          R"(, "simulator": {"retry": {"schedule": ["300ms"]}})"),
              AllOf(HasSubstr("outcome within 100 ms: \"mailed\" / nothing"),
                    HasSubstr("mails within 100 ms: 1 / 0")));
}

TEST(Within, WhatHeldOnceHoldsThoughItIsOtherwiseByNow) {
  EXPECT_EQ(differences(kSend + R"(, {"expect": {"attempts": 3}},
 {"expect": {"attempts": 2, "statuses": [503], "within": "1h"}})",
                        R"("endpoint": {"sequence": [503]}, )",
                        R"(, "simulator": {"retry": {"schedule": ["1ms", "1ms"]}})"),
            "");
}

TEST(Within, AllOfItMustHoldTogether) {
  EXPECT_THAT(differences(kSend + R"(, {"expect": {"attempts": 1, "mails": 1, "within": "1h"}})",
                          R"("endpoint": {"sequence": [503]}, )",
                          R"(, "simulator": {"retry": {"schedule": ["1ms"]}})"),
              HasSubstr("attempts within 60 min: 1 / 2"));
}

TEST(Within, AnEndedDeliveryIsNotWaitedFor) {
  EXPECT_THAT(differences(kSend + R"(, {"expect": {"mails": 1, "within": "1h"}})"),
              HasSubstr("mails within 60 min: 1 / 0"));
}

TEST(Within, OfAllSendsItCountsFromTheBegin) {
  EXPECT_EQ(
      differences(kSend + "," + kSend +
                  R"(, {"expect": {"total": {"delivered": 2, "received": 2}, "within": "1h"}})"),
      "");
}

TEST(Within, ARefusalIsToldOnce) {
  EXPECT_THAT(
      differences(kSend + R"(, {"expect": {"attempts": 1, "within": "1h"}})", "",
                  R"(, "active": false)"),
      AllOf(HasSubstr("the event: accepted / refused"), testing::Not(HasSubstr("attempts"))));
}

TEST(At, AStepWaitsForItsTime) {
  const Ran ran = run(scenario_text(
      R"({"at": "50ms", "send": "email.savedConfiguration"}, {"at": "120ms", "expect": {"outcome": "delivered"}})"));
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result);
  EXPECT_GE(ran.result.duration, milliseconds(120));
}

TEST(At, AnExpectationIsJudgedAsThingsStoodThen) {
  EXPECT_THAT(differences(kSend + R"(, {"at": "1ms", "expect": {"outcome": "delivered"}})",
                          R"("endpoint": {"sequence": [{"delay": "200ms"}]}, )"),
              HasSubstr("outcome: \"delivered\" / nothing"));
}

TEST(At, ATimeBeyondTheScenariosOwnIsToldAtOnce) {
  const Ran ran = run(scenario_text(kSend + R"(, {"at": "1h", "expect": {"mails": 0}})"));
  EXPECT_THAT(differences_of(ran.result),
              HasSubstr("the step's time: within the scenario's time of 30s / at 1h"));
}

TEST(At, AnInterruptionEndsTheWait) {
  std::stop_source stop;
  stop.request_stop();
  const Ran ran = run(scenario_text(R"({"at": "20s", "send": "email.savedConfiguration"})"), {},
                      stop.get_token());
  EXPECT_EQ(ran.result.state, State::interrupted);
}

TEST(Capture, NotesWhatAPointerOrAnExpressionFinds) {
  EXPECT_EQ(differences(kSend + R"(,
 {"capture": {"status": "/statuses/0", "all": {"from": "/mail/0/to", "matches": "@.*"},
              "part": {"from": "/mail/0/to", "matches": "^(.*)@"}}},
 {"expect": {"statuses": ["${status}"], "mail": {"to": "${part}${all}"}, "attempts": {"atMost": "${status}"},
             "reasons": ["status ${status}"], "received": {"answer": {"not": {"equals": "${part}"}}}}},
 {"send": "email.shareConfiguration", "data": {"email": "x.${part}@example.com"}},
 {"expect": {"received": {"body": {"/data/email": "x.customer@example.com"}}}})",
                        R"("endpoint": {"sequence": [503]}, )"),
            "");
}

TEST(Capture, WhatIsNotFoundIsADifferenceThereAndWhereItIsNeeded) {
  const std::string told = differences(kSend + R"_(,
 {"capture": {"mail": "/mail/0/to", "word": {"from": "/outcome", "matches": "x(y)"}}},
 {"expect": {"received": {"answer": "${word}"}}},
 {"send": "email.savedConfiguration", "data": {"email": "${mail}"}})_");
  EXPECT_THAT(told, HasSubstr("test.json:5:15 capture.mail: a value at /mail/0/to / there is no"));
  EXPECT_THAT(told, HasSubstr("capture.word: a text in which 'x(y)' is found / \"delivered\""));
  EXPECT_THAT(told, HasSubstr("received.answer: a value of '${word}' / none was captured"));
  EXPECT_THAT(told, HasSubstr("the event: a value of '${mail}' / none was captured"));
}

TEST(Capture, AValueOfTheWrongKindIsADifference) {
  EXPECT_THAT(differences(kSend + R"(, {"capture": {"n": "/attempts"}},
 {"send": "email.savedConfiguration", "data": {"email": "${n}"}})"),
              HasSubstr("the event: data that is right / data.email must be a string"));
}

TEST(Capture, WithAnExternalEndpointWhatItReceivedIsNotChecked) {
  RunOptions options;
  options.external_endpoint = "http://127.0.0.1:1/nobody";
  const Ran ran =
      run(scenario_text(kSend + R"(, {"capture": {"token": "/received/requests/0/token/value"}},
 {"expect": {"mail": {"text": {"not": "${token}"}}}})"),
          options);
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result);
  EXPECT_EQ(ran.result.not_checked, 2);
}

TEST(Endpoints, ATenantsWebhookNamesHis) {
  const Ran ran = run(R"({"name": "n", "tenants": [
 {"id": 1, "name": "a", "webhook": {"endpoint": "one", "path": "/x?y=1"}},
 {"id": 2, "name": "b", "webhook": {"endpoint": "default"}}],
 "endpoints": {"one": {"sequence": [503]}, "two": {}}, "endpoint": {"sequence": [201]},
 "steps": [{"send": "email.savedConfiguration", "tenant": "a", "as": "a"},
           {"send": "email.savedConfiguration", "tenant": "b", "as": "b"},
 {"expect": {"of": "a", "received": {"endpoint": "one", "target": "/x?y=1", "answer": "503"}}},
 {"expect": {"of": "b", "received": {"endpoint": "default", "answer": "201"}}},
 {"expect": {"total": {"received": 2}}}]})");
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result) << ran.result.error;
}

TEST(Endpoints, AnExternalOneTakesThePlaceOfAll) {
  RunOptions options;
  options.external_endpoint = "http://127.0.0.1:1/nobody";
  const Ran ran =
      run(R"({"name": "n", "tenants": [{"id": 1, "name": "a", "webhook": {"endpoint": "one"}}],
 "endpoints": {"one": {}}, "steps": [{"send": "email.savedConfiguration"},
 {"expect": {"reasons": ["connect_refused"]}}]})",
          options);
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result);
  EXPECT_TRUE(ran.result.endpoint_ignored);
}

TEST(Customer, TheTenantsMailNeedsATokenThatCanBeRead) {
  // The endpoint knows no secret of a tenant that it was told nothing of.
  EXPECT_EQ(
      differences(kSend + R"(, {"expect": {"customer": {"tenant": 1, "roomle": 0, "total": 1}}})"),
      "");
  ReceivedRequest request;
  request.event = "email.savedConfiguration";
  SendFacts facts;
  facts.requests = {request};
  EXPECT_EQ(observe(facts)["customer"]["tenant"], 0);
  facts.requests[0].token.verdict = TokenVerdict::authenticated;
  EXPECT_EQ(observe(facts)["customer"]["tenant"], 1);
  facts.requests[0].plan.unexpected = true;
  EXPECT_EQ(observe(facts)["customer"]["tenant"], 0);
}

TEST(Customer, WithAnExternalEndpointOnlyRoomlesMailsAreChecked) {
  RunOptions options;
  options.external_endpoint = "http://127.0.0.1:1/nobody";
  const Ran ran =
      run(scenario_text(kSend +
                        R"(, {"expect": {"customer": {"tenant": 7, "roomle": 1, "total": 8}}})"),
          options);
  EXPECT_EQ(ran.result.state, State::passed) << differences_of(ran.result);
  EXPECT_EQ(ran.result.not_checked, 2);
}

TEST(Customer, DifferencesAreToldByWhoseMailItIs) {
  EXPECT_THAT(differences(kSend + R"(, {"expect": {"customer": {"tenant": 0, "total": 2},
 "total": {"customer": {"total": 3}}}})"),
              AllOf(HasSubstr("customer.tenant: 0 / 1"), HasSubstr("customer.total: 2 / 1"),
                    HasSubstr("total.customer.total: 3 / 1")));
}

}  // namespace
}  // namespace roomle_sim
