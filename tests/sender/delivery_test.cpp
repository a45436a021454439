// The delivery step, told as short stories: what comes in, and what must follow.
#include "sender/delivery.h"

#include <gtest/gtest.h>

#include "tests/sender/delivery_steps.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;
using Reason = Deadline::Reason;

TEST(Delivery, AcceptingRecordsItAndAttemptOneIsDueAtOnce) {
  DeliverySteps steps;
  steps.accept();
  EXPECT_EQ(steps.effects(), "record accepted");
  EXPECT_EQ(steps.next(), (Deadline{Reason::attempt_due, steps.now(), 1}));
}

TEST(Delivery, TheStartIsRecordedBeforeThePost) {
  DeliverySteps steps;
  steps.accept();
  steps.reach_deadline();
  EXPECT_EQ(steps.effects(), "record attempt 1 started; start attempt 1");
}

TEST(Delivery, ASuccessEndsIt) {
  DeliverySteps steps;
  steps.run_to_attempt(1);
  steps.answer(1, steps.status(200));
  EXPECT_EQ(steps.effects(), "record attempt 1 finished; record ended delivered; done delivered");
  EXPECT_FALSE(steps.next());
  EXPECT_EQ(steps.delivery().outcome(), Outcome::delivered);
}

TEST(Delivery, ByDefaultOneFailureSendsTheMail) {
  DeliverySteps steps;
  steps.run_to_attempt(1);
  steps.answer(1, steps.status(503));
  EXPECT_EQ(steps.effects(), "record attempt 1 finished");
  EXPECT_EQ(steps.next(), (Deadline{Reason::mail_due, steps.now(), 0}));
  steps.reach_deadline();
  EXPECT_EQ(steps.effects(), "record mail started (status 503); send mail (status 503)");
  steps.mail_finished(true);
  EXPECT_EQ(steps.effects(), "record mail finished; record ended mailed; done mailed");
}

TEST(Delivery, AMailThatCannotBeHandedOverIsItsOwnEnd) {
  DeliverySteps steps;
  steps.run_to_attempt(1);
  steps.answer(1, steps.error(FailureReason::connect_refused));
  steps.reach_deadline();
  steps.mail_finished(false);
  EXPECT_EQ(steps.effects(), "record mail finished; record ended mail_failed; done mail_failed");
}

TEST(Delivery, WithoutWebhookTheMailGoesAtOnceAndNothingIsPosted) {
  DeliveryPlan plan;
  plan.has_webhook = false;
  DeliverySteps steps(plan);
  steps.accept();
  EXPECT_EQ(steps.next(), (Deadline{Reason::mail_due, steps.now(), 0}));
  steps.reach_deadline();
  EXPECT_EQ(steps.effects(), "record mail started (no_webhook); send mail (no_webhook)");
  steps.mail_finished(true);
  EXPECT_EQ(steps.delivery().outcome(), Outcome::mailed);
  EXPECT_EQ(steps.delivery().attempts(), 0);
}

TEST(Delivery, ARetryWaitsAsItsPolicySays) {
  DeliverySteps steps(retry_plan({2s, 7s}));
  steps.run_to_attempt(1);
  steps.answer(1, steps.status(500));
  EXPECT_EQ(steps.effects(), "record attempt 1 finished; record retry 2 scheduled");
  EXPECT_EQ(steps.next(), (Deadline{Reason::attempt_due, steps.now() + 2s, 2}));
}

TEST(Delivery, OneTickBeforeTheDeadlineNothingHappens) {
  DeliverySteps steps(retry_plan({2s}));
  steps.run_to_attempt(1);
  steps.answer(1, steps.status(500));
  const std::optional<Deadline> due = steps.next();
  steps.advance(2s - 1ns);
  steps.reach(*due);
  EXPECT_EQ(steps.effects(), "");
  EXPECT_EQ(steps.next(), due);
  steps.advance(1ns);
  steps.reach(*due);
  EXPECT_EQ(steps.effects(), "record attempt 2 started; start attempt 2");
}

TEST(Delivery, ALateDeadlineStillStartsTheAttempt) {
  DeliverySteps steps(retry_plan({2s}));
  steps.run_to_attempt(1);
  steps.answer(1, steps.status(500));
  const Deadline due = *steps.next();
  steps.advance(1h);
  steps.reach(due);
  EXPECT_EQ(steps.effects(), "record attempt 2 started; start attempt 2");
}

TEST(Delivery, ARepeatedDeadlineStartsNoSecondAttempt) {
  DeliverySteps steps(retry_plan({2s}));
  steps.accept();
  const Deadline due = *steps.next();
  steps.reach(due);
  steps.reach(due);
  EXPECT_EQ(steps.effects(), "");
  EXPECT_EQ(steps.delivery().attempts(), 1);
}

TEST(Delivery, AfterTheLastAttemptTheMailIsDue) {
  DeliverySteps steps(retry_plan({2s}));
  steps.run_to_attempt(2);
  steps.answer(2, steps.status(500));
  EXPECT_EQ(steps.next()->reason, Reason::mail_due);
}

TEST(Delivery, AnAttemptThatNeverComesBackCountsAsTimedOut) {
  DeliveryPlan plan;
  plan.attempt_timeout = 10s;
  DeliverySteps steps(plan);
  steps.run_to_attempt(1);
  EXPECT_EQ(steps.next(), (Deadline{Reason::attempt_overdue, steps.now() + 15s, 1}));
  steps.reach_deadline();
  EXPECT_EQ(steps.next()->reason, Reason::mail_due);
  EXPECT_EQ(steps.delivery().ambiguous_attempts(), 1);
  steps.answer(1, steps.status(200));
  EXPECT_EQ(steps.effects(), "") << "its answer comes too late to count";
}

TEST(Delivery, AMailboxThatNeverAnswersFailsTheMail) {
  DeliveryPlan plan;
  plan.has_webhook = false;
  DeliverySteps steps(plan);
  steps.accept();
  steps.reach_deadline();
  EXPECT_EQ(steps.next(), (Deadline{Reason::mail_overdue, steps.now() + 60s, 0}));
  steps.reach_deadline();
  EXPECT_EQ(steps.delivery().outcome(), Outcome::mail_failed);
  steps.mail_finished(true);
  EXPECT_EQ(steps.effects(), "");
}

TEST(Delivery, AnAnswerToAnotherAttemptChangesNothing) {
  DeliverySteps steps(retry_plan({2s}));
  steps.run_to_attempt(2);
  steps.answer(1, steps.status(200));
  EXPECT_EQ(steps.effects(), "");
  EXPECT_FALSE(steps.delivery().outcome());
}

TEST(Delivery, AResendEndsTheWaitButIsNoExtraAttempt) {
  DeliverySteps steps(retry_plan({1h}));
  steps.run_to_attempt(1);
  steps.answer(1, steps.status(500));
  const Deadline old = *steps.next();
  steps.resend();
  EXPECT_EQ(steps.next(), (Deadline{Reason::attempt_due, steps.now(), 2}));
  steps.reach_deadline();
  steps.answer(2, steps.status(500));
  EXPECT_EQ(steps.next()->reason, Reason::mail_due);
  steps.advance(1h);
  steps.reach(old);
  EXPECT_EQ(steps.effects(), "");
}

TEST(Delivery, AResendDuringAnAttemptOrAfterTheEndChangesNothing) {
  DeliverySteps steps(retry_plan({1h}));
  steps.run_to_attempt(1);
  const std::optional<Deadline> before = steps.next();
  steps.resend();
  EXPECT_EQ(steps.next(), before);
  steps.answer(1, steps.status(204));
  steps.resend();
  EXPECT_EQ(steps.effects(), "");
  EXPECT_FALSE(steps.next());
}

TEST(Delivery, TheMailSaysThatItMayBeTheSecondOne) {
  DeliverySteps steps(retry_plan({1s}));
  steps.run_to_attempt(1);
  steps.answer(1, steps.status(500));
  steps.reach_deadline();
  steps.answer(2, steps.status(404));
  steps.reach_deadline();
  const MailCause cause = steps.mail_cause();
  EXPECT_EQ(cause.attempts, 2);
  EXPECT_EQ(cause.ambiguous_attempts, 1) << "the 500 may have been acted on, the 404 was not";
  EXPECT_EQ(describe(cause), "status 404");
}

TEST(Delivery, OutcomeWordsAreReadBack) {
  for (const Outcome outcome : {Outcome::delivered, Outcome::mailed, Outcome::mail_failed}) {
    EXPECT_EQ(outcome_from_word(outcome_word(outcome)), outcome);
  }
  EXPECT_EQ(outcome_from_word("lost"), std::nullopt);
}

TEST(Delivery, WhatIsNotToBeginEarlierBeginsAtItsTimeAndNotATickBefore) {
  DeliverySteps steps;
  const TimePoint later = steps.now() + 1h;
  steps.feed(input::Accepted{later});
  EXPECT_EQ(steps.next(), (Deadline{Reason::attempt_due, later, 1}));
  steps.advance(1h - 1ns);
  steps.reach({Reason::attempt_due, later, 1});
  EXPECT_EQ(steps.effects(), "");
  steps.advance(1ns);
  steps.reach({Reason::attempt_due, later, 1});
  EXPECT_EQ(steps.effects(), "record attempt 1 started; start attempt 1");
}

TEST(Delivery, ATimeThatHasPassedIsNow) {
  DeliverySteps steps;
  steps.feed(input::Accepted{steps.now() - 1h});
  EXPECT_EQ(steps.next(), (Deadline{Reason::attempt_due, steps.now(), 1}));
}

TEST(Delivery, WithoutWebhookTheMailWaitsForTheTimeToo) {
  DeliveryPlan plan;
  plan.has_webhook = false;
  DeliverySteps steps(plan);
  const TimePoint later = steps.now() + 1h;
  steps.feed(input::Accepted{later});
  EXPECT_EQ(steps.next(), (Deadline{Reason::mail_due, later, 0}));
}

TEST(Delivery, AResendDoesNotBringForwardTheFirstAttempt) {
  DeliverySteps steps;
  const TimePoint later = steps.now() + 1h;
  steps.feed(input::Accepted{later});
  steps.resend();
  EXPECT_EQ(steps.next(), (Deadline{Reason::attempt_due, later, 1}));
}

TEST(Delivery, ACrashDoesNotBringForwardTheFirstAttempt) {
  Delivery delivery(std::make_shared<const DeliveryPlan>(), Random(1));
  const TimePoint now(std::chrono::hours(500'000));
  const std::vector<TimedRecord> past{{now, record::Accepted{now + 1h}}};
  EXPECT_EQ(delivery.resume(past, now + 1min).next, (Deadline{Reason::attempt_due, now + 1h, 1}));
}

}  // namespace
}  // namespace roomle_sim
