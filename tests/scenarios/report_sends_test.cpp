// What a result keeps of a scenario's sends, for reports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/scenario_text.h"

namespace roomle_sim {
namespace {

using test::differences_of;
using test::kSend;
using test::Ran;
using test::run;
using test::scenario_text;

RunOptions keeping() {
  RunOptions options;
  options.keep_sends = true;
  return options;
}

TEST(KeptSends, HaveWhatWasSentReceivedAndMailed) {
  const Ran ran = run(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed"}})",
                                    R"("endpoint": {"sequence": [503]}, )"),
                      keeping());
  EXPECT_EQ(ran.result.state, ScenarioResult::State::passed) << differences_of(ran.result);
  ASSERT_EQ(ran.result.sends.size(), 1U);
  const SendRecord& send = ran.result.sends.front();
  EXPECT_EQ(describe(send.where), "test.json:4:10");
  EXPECT_FALSE(send.delivery.empty());
  EXPECT_GE(send.at, ran.result.begin);
  EXPECT_EQ(send.event.email(), "customer@example.com");
  EXPECT_EQ(send.tenant.name, "acme");
  EXPECT_THAT(send.tenant.webhook, testing::StartsWith("http://127.0.0.1:"));
  EXPECT_FALSE(send.facts.records.empty());
  EXPECT_EQ(send.facts.requests.size(), 1U);
  EXPECT_EQ(send.facts.mails.size(), 1U);
}

TEST(KeptSends, AreThereAlsoOfWhatNobodyAskedAboutAndOfARefusal) {
  const Ran open = run(scenario_text(kSend, R"("endpoint": {"sequence": [503]}, )"), keeping());
  ASSERT_EQ(open.result.sends.size(), 1U);
  EXPECT_EQ(open.result.sends.front().facts.mails.size(), 1U);
  EXPECT_EQ(open.result.sends.front().facts.requests.size(), 1U);

  const Ran refused = run(scenario_text(kSend + R"(, {"expect": {"refused": {"exists": true}}})",
                                        "", R"(, "active": false)"),
                          keeping());
  ASSERT_EQ(refused.result.sends.size(), 1U) << differences_of(refused.result);
  EXPECT_EQ(refused.result.sends.front().delivery, "");
  EXPECT_TRUE(refused.result.sends.front().facts.refusal);
}

TEST(KeptSends, AreKeptUnaskedOfAFailureAlone) {
  EXPECT_TRUE(run(scenario_text(kSend)).result.sends.empty());
  const Ran failed = run(scenario_text(kSend + R"(, {"expect": {"outcome": "mailed"}})"));
  EXPECT_EQ(failed.result.sends.size(), 1U);
}

}  // namespace
}  // namespace roomle_sim
