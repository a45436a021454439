// A delivery that is taken up from its records after a crash: each gap between two records, and
// random stories cut anywhere, again and again.
#include <algorithm>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/sender/delivery_steps.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

DeliveryPlan without_webhook() {
  DeliveryPlan plan;
  plan.has_webhook = false;
  return plan;
}

// One story over several lives: `records` is what a journal kept.
class Lives {
 public:
  // `wait`: nothing is to begin before so long from now.
  explicit Lives(DeliveryPlan plan, std::uint64_t seed = 1, Duration wait = {})
      : plan_(std::move(plan)), random_(seed) {
    begin();
    if (wait > Duration::zero()) not_before_ = now_ + wait;
    keep(delivery_->step(input::Accepted{not_before_}, now_));
  }

  // A crash: the last records are lost with all that they covered, then it is taken up again.
  void crash_at(std::size_t kept) {
    records_.resize(kept);
    if (std::holds_alternative<record::MailStarted>(records_.back().what)) ++crashes_in_mid_mail_;
    begin();
    keep(delivery_->resume(records_, now_));
  }
  // A crash right after what is kept now.
  void crash() { crash_at(records_.size()); }

  void reach_deadline() {
    now_ = std::max(now_, next_->at);
    keep(delivery_->step(input::DeadlineReached{*next_}, now_));
  }
  void answer(int status) {
    AttemptResult result;
    result.response = HttpResponse{status, {}, {}, false};
    result.request_sent = true;
    const Verdict verdict = judge(result, now_);
    keep(delivery_->step(input::AttemptFinished{delivery_->attempts(), verdict}, now_));
  }
  void mail_finished(bool handed_over) {
    keep(delivery_->step(input::MailFinished{handed_over}, now_));
  }
  void tenant_gone() { keep(delivery_->step(input::TenantGone{}, now_)); }
  void advance(Duration by) { now_ += by; }
  void change(DeliveryPlan plan) { plan_ = std::move(plan); }

  // Goes on in some way or other; false: it has ended.
  bool go_on() {
    if (!next_) return false;
    now_ += Duration(static_cast<std::int64_t>(random_.between(0, 2'000'000'000)));
    const bool waits = next_->reason == Deadline::Reason::attempt_due ||
                       next_->reason == Deadline::Reason::mail_due;
    if (waits || random_.between(0, 9) == 0) {
      reach_deadline();
    } else if (next_->reason == Deadline::Reason::attempt_overdue) {
      answer(static_cast<int>(random_.between(0, 2) == 0 ? 200 : random_.between(300, 599)));
    } else {
      mail_finished(random_.between(0, 1) == 1);
    }
    return true;
  }

  [[nodiscard]] std::string told() const {
    std::string all;
    for (const TimedRecord& one : records_) all += (all.empty() ? "" : "; ") + text_of(one.what);
    return all;
  }
  template <class Wanted>
  [[nodiscard]] int count() const {
    int found = 0;
    for (const TimedRecord& one : records_) {
      found += std::holds_alternative<Wanted>(one.what) ? 1 : 0;
    }
    return found;
  }
  template <class Wanted>
  [[nodiscard]] const Wanted& last() const {
    for (auto one = records_.rbegin(); one != records_.rend(); ++one) {
      if (const auto* found = std::get_if<Wanted>(&one->what)) return *found;
    }
    throw std::logic_error("no such record in: " + told());
  }
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] std::optional<Deadline> next() const { return next_; }
  [[nodiscard]] TimePoint now() const { return now_; }
  // Whether an attempt or a mail began before its time.
  [[nodiscard]] bool began_early() const {
    return std::any_of(records_.begin(), records_.end(), [&](const TimedRecord& one) {
      const bool act = std::holds_alternative<record::AttemptStarted>(one.what) ||
                       std::holds_alternative<record::MailStarted>(one.what);
      return act && not_before_ && one.at < *not_before_;
    });
  }
  [[nodiscard]] int crashes_in_mid_mail() const { return crashes_in_mid_mail_; }
  [[nodiscard]] const DeliveryPlan& plan() const { return plan_; }
  [[nodiscard]] Random& random() { return random_; }

 private:
  void begin() {
    delivery_.emplace(std::make_shared<const DeliveryPlan>(plan_), random_.split(records_.size()));
  }
  void keep(const Step& step) {
    for (const Effect& effect : step.effects) {
      if (const auto* what = std::get_if<Record>(&effect)) records_.push_back({now_, *what});
    }
    next_ = step.next;
  }

  DeliveryPlan plan_;
  Random random_;
  std::optional<Delivery> delivery_;
  std::vector<TimedRecord> records_;
  std::optional<Deadline> next_;
  TimePoint now_{std::chrono::hours(1)};
  std::optional<TimePoint> not_before_;
  int crashes_in_mid_mail_ = 0;
};

TEST(DeliveryResume, AnAcceptedDeliveryIsAttempted) {
  Lives lives(retry_plan({}));
  lives.crash();
  lives.reach_deadline();
  lives.answer(200);
  EXPECT_EQ(lives.told(), "accepted; attempt 1 started; attempt 1 finished; ended delivered");
}

TEST(DeliveryResume, AnAttemptWithNoRecordedEndIsMadeAmbiguousAndLost) {
  Lives lives(retry_plan({10s}));
  lives.reach_deadline();
  lives.crash();
  EXPECT_EQ(lives.told(), "accepted; attempt 1 started; attempt 1 finished; retry 2 scheduled");
  const Verdict& lost = lives.last<record::AttemptFinished>().verdict;
  EXPECT_FALSE(lost.success);
  EXPECT_TRUE(lost.lost);
  EXPECT_TRUE(lost.ambiguous);
  EXPECT_EQ(lost.reason, FailureReason::timeout);
  EXPECT_EQ(lives.next()->at, lives.now() + 10s);
  lives.reach_deadline();
  lives.answer(200);
  EXPECT_EQ(lives.last<record::Ended>().attempts, 2);
  EXPECT_EQ(lives.last<record::Ended>().ambiguous_attempts, 1);
}

TEST(DeliveryResume, ThePolicyMayMailAfterACrashInsteadOfRepeating) {
  DeliveryPlan plan = retry_plan({10s, 10s});
  plan.policy.on_crash = OnCrash::mail;
  Lives lives(plan);
  lives.reach_deadline();
  lives.answer(500);
  lives.reach_deadline();
  lives.crash();
  EXPECT_EQ(lives.next()->reason, Deadline::Reason::mail_due);
  lives.reach_deadline();
  EXPECT_EQ(lives.last<record::MailStarted>().cause.ambiguous_attempts, 2);
}

TEST(DeliveryResume, ALostAttemptIsRepeatedOnlyWhereThePolicyRepeatsATimeout) {
  DeliveryPlan plan = retry_plan({10s});
  plan.policy.retry_on = {{500, 599, ""}};
  Lives lives(plan);
  lives.reach_deadline();
  lives.crash();
  EXPECT_EQ(lives.next()->reason, Deadline::Reason::mail_due);
}

TEST(DeliveryResume, ALostLastAttemptIsFollowedByTheMail) {
  Lives lives(retry_plan({}));
  lives.reach_deadline();
  lives.crash();
  lives.reach_deadline();
  lives.mail_finished(true);
  EXPECT_EQ(lives.told(),
            "accepted; attempt 1 started; attempt 1 finished; mail started (timeout); "
            "mail finished; ended mailed");
}

TEST(DeliveryResume, WhatIsNotToBeginEarlierStillIsNotAfterACrash) {
  Lives lives(retry_plan({}), 1, 1h);
  const TimePoint due = lives.now() + 1h;
  lives.advance(10min);
  lives.crash();
  lives.crash();
  EXPECT_EQ(lives.next(), (Deadline{Deadline::Reason::attempt_due, due, 1}));
  Lives mail(without_webhook(), 1, 1h);
  mail.crash();
  EXPECT_EQ(mail.next(), (Deadline{Deadline::Reason::mail_due, due, 0}));
}

TEST(DeliveryResume, ARetryKeepsItsTime) {
  Lives lives(retry_plan({1h}));
  lives.reach_deadline();
  lives.answer(500);
  const TimePoint due = lives.next()->at;
  lives.advance(10min);
  lives.crash();
  EXPECT_EQ(lives.next(), (Deadline{Deadline::Reason::attempt_due, due, 2}));
}

TEST(DeliveryResume, AFailureWithoutItsDecisionIsDecidedNow) {
  Lives lives(retry_plan({1h}));
  lives.reach_deadline();
  lives.answer(500);
  lives.crash_at(lives.size() - 1);  // the RetryScheduled is lost
  EXPECT_EQ(lives.told(), "accepted; attempt 1 started; attempt 1 finished; retry 2 scheduled");
}

TEST(DeliveryResume, AMailWithNoRecordedEndIsHandedOverOnceMore) {
  Lives lives(retry_plan({}));
  lives.reach_deadline();
  lives.answer(404);
  lives.reach_deadline();
  lives.crash();
  lives.reach_deadline();
  lives.mail_finished(true);
  EXPECT_EQ(lives.told(),
            "accepted; attempt 1 started; attempt 1 finished; mail started (status 404); "
            "mail started (status 404); mail finished; ended mailed");
}

TEST(DeliveryResume, AnEndWithoutItsRecordIsRecorded) {
  Lives delivered(retry_plan({}));
  delivered.reach_deadline();
  delivered.answer(200);
  delivered.crash_at(delivered.size() - 1);
  EXPECT_EQ(delivered.last<record::Ended>().outcome, Outcome::delivered);
  EXPECT_FALSE(delivered.next());
  for (const bool handed_over : {true, false}) {
    Lives lives(without_webhook());
    lives.reach_deadline();
    lives.mail_finished(handed_over);
    lives.crash_at(lives.size() - 1);
    EXPECT_EQ(lives.last<record::Ended>().outcome,
              handed_over ? Outcome::mailed : Outcome::mail_failed);
  }
}

TEST(DeliveryResume, AnEndedDeliveryDoesNothing) {
  Lives lives(retry_plan({}));
  lives.reach_deadline();
  lives.answer(200);
  const std::string before = lives.told();
  lives.crash();
  EXPECT_EQ(lives.told(), before);
  EXPECT_FALSE(lives.next());
}

TEST(DeliveryResume, APlanThatChangedMeanwhileHolds) {
  Lives fewer(retry_plan({1h, 1h}));
  fewer.reach_deadline();
  fewer.answer(500);
  fewer.change(retry_plan({}));
  fewer.crash();
  EXPECT_EQ(fewer.next()->reason, Deadline::Reason::mail_due);
  Lives no_webhook(retry_plan({1h, 1h}));
  no_webhook.reach_deadline();
  no_webhook.answer(500);
  no_webhook.change(without_webhook());
  no_webhook.crash();
  no_webhook.reach_deadline();
  EXPECT_EQ(describe(no_webhook.last<record::MailStarted>().cause), "status 500");
}

TEST(DeliveryResume, WithoutItsTenantItEndsAsMailFailed) {
  Lives lives(retry_plan({1h}));
  lives.reach_deadline();
  lives.tenant_gone();
  EXPECT_EQ(lives.told(),
            "accepted; attempt 1 started; attempt 1 finished; mail finished; ended mail_failed");
  EXPECT_TRUE(lives.last<record::AttemptFinished>().verdict.lost);
  EXPECT_EQ(lives.last<record::Ended>().ambiguous_attempts, 1);
}

// ---- random stories

DeliveryPlan random_crashes(Random& random) {
  DeliveryPlan plan;
  plan.has_webhook = random.between(0, 9) > 0;
  plan.policy.attempts = static_cast<int>(random.between(1, 5));
  plan.policy.backoff.first = std::chrono::seconds(random.between(0, 5));
  plan.policy.jitter = {0, random.uniform()};
  if (random.between(0, 2) == 0) plan.policy.retry_on = {{500, 599, ""}};
  if (random.between(0, 2) == 0) plan.policy.on_crash = OnCrash::mail;
  return plan;
}

void check(const Lives& lives) {
  EXPECT_EQ(lives.count<record::Accepted>(), 1);
  EXPECT_EQ(lives.count<record::Ended>(), 1) << lives.told();
  EXPECT_FALSE(lives.began_early()) << lives.told();
  EXPECT_LE(lives.count<record::AttemptStarted>(), lives.plan().policy.attempts) << lives.told();
  EXPECT_EQ(lives.count<record::AttemptStarted>(), lives.count<record::AttemptFinished>());
  EXPECT_LE(lives.count<record::MailStarted>(), 1 + lives.crashes_in_mid_mail()) << lives.told();
  const auto& ended = lives.last<record::Ended>();
  EXPECT_EQ(ended.attempts, lives.count<record::AttemptStarted>());
  EXPECT_EQ(ended.outcome == Outcome::delivered, lives.count<record::MailStarted>() == 0);
  EXPECT_EQ(lives.count<record::MailFinished>(), ended.outcome == Outcome::delivered ? 0 : 1);
}

TEST(DeliveryResumeProperty, CutAnywhereAgainAndAgainItEndsOnceWithinItsPolicy) {
  const char* given = std::getenv("ROOMLE_SIM_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  SCOPED_TRACE(fmt::format("ROOMLE_SIM_TEST_SEED={}", seed));
  fmt::print("ROOMLE_SIM_TEST_SEED={}\n", seed);
  const Random all(seed);
  for (std::uint64_t round = 0; round < 20'000 && !::testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    Random random = all.split(round);
    const DeliveryPlan plan = random_crashes(random);
    const Duration wait = std::chrono::seconds(random.between(0, 2) == 0 ? 20 : 0);
    Lives lives(plan, random.next(), wait);
    for (std::uint64_t crashes = random.between(1, 6); crashes > 0; --crashes) {
      for (std::uint64_t steps = random.between(0, 6); steps > 0 && lives.go_on(); --steps) {
      }
      // What was acknowledged stays; of the last step some records may be lost.
      const std::size_t size = lives.size();
      lives.crash_at(
          std::max<std::size_t>(1, size - random.between(0, std::min<std::size_t>(size - 1, 2))));
    }
    while (lives.go_on()) {
    }
    check(lives);
  }
}

}  // namespace
}  // namespace roomle_sim
