#include "cli/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roomle_sim {
namespace {

JournalRecord told_record(Record what) {
  Tenant tenant;
  tenant.id = 1;
  tenant.name = "acme";
  return {"d-1",
          {},
          std::move(what),
          std::make_shared<const EventText>(Event{"email.savedConfiguration", {{"email", "a@b"}}}),
          std::make_shared<const Tenant>(tenant),
          nullptr,
          {},
          {}};
}

// The dispatcher has no result to show of an attempt that its delivery gave up on.
TEST(Story, AnAttemptThatWasGivenUpHasNoExchangeAndIsTold) {
  Verdict overdue;
  overdue.reason = FailureReason::timeout;
  const JournalRecord record = told_record(record::AttemptFinished{1, overdue});
  const Console console;
  EXPECT_THAT(tell(record, console), ::testing::ElementsAre(::testing::HasSubstr("overdue")));
  EXPECT_TRUE(to_object(record).is_null());
}

TEST(Story, WithoutAWebhookTheOutcomeNamesThatAsItsReason) {
  MailCause cause;
  cause.no_webhook = true;
  const nlohmann::ordered_json outcome = outcome_object(
      {told_record(record::MailStarted{cause}), told_record(record::MailFinished{true}),
       told_record(record::Ended{Outcome::mailed, 0, 0})});
  EXPECT_EQ(outcome["outcome"], "mailed");
  EXPECT_EQ(outcome["attempts"], 0);
  EXPECT_EQ(outcome["reason"], "no_webhook");
}

}  // namespace
}  // namespace roomle_sim
