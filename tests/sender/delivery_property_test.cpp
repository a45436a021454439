// Random inputs in any order: whatever comes, a delivery keeps the promises of sender/delivery.h.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/sender/delivery_steps.h"

namespace roomle_sim {
namespace {

// Watches every step of one delivery and checks the promises.
class Watcher {
 public:
  Watcher(const DeliveryPlan& plan, std::uint64_t seed)
      : plan_(plan),
        delivery_(std::make_shared<const DeliveryPlan>(plan), Random(seed)),
        random_(seed) {
    if (random_.between(0, 2) == 0) {
      not_before_ = now_ + Duration(static_cast<std::int64_t>(random_.between(0, 60'000'000'000)));
    }
  }

  void accept() { feed(input::Accepted{not_before_}); }

  void random_input() {
    now_ += Duration(static_cast<std::int64_t>(random_.between(0, 3'000'000'000)));
    // Rare, since it ends every story.
    if (random_.between(0, 199) == 0) {
      gone_ = gone_ || next_.has_value();
      return feed(input::TenantGone{});
    }
    switch (random_.between(0, 9)) {
      case 0:
        return accept();
      case 1:
        return feed(input::ResendRequested{});
      case 2:
        return feed(input::MailFinished{random_.between(0, 1) == 1});
      case 3:
      case 4:
        return feed(input::AttemptFinished{static_cast<int>(random_.between(0, 7)), verdict()});
      case 5:
        return feed(input::AttemptFinished{delivery_.attempts(), verdict()});
      case 6:
        return feed(input::DeadlineReached{made_up()});
      case 7:
        if (!seen_.empty()) {
          feed(input::DeadlineReached{seen_[random_.between(0, seen_.size() - 1)]});
        }
        return;
      default:
        return reach_next();
    }
  }

  // Only time passes now: this alone must bring it to its end.
  void drain() {
    accept();
    int steps = 0;
    while (next_) {
      now_ = std::max(now_, next_->at);
      feed(input::DeadlineReached{*next_});
      ASSERT_LT(++steps, 2 * plan_.policy.attempts + 5) << "it does not end";
    }
    EXPECT_EQ(done_, 1);
    EXPECT_TRUE(delivery_.outcome());
  }

  void feed(const Input& input) {
    const Step step = delivery_.step(input, now_);
    if (done_ > 0) {
      EXPECT_TRUE(step.effects.empty()) << "something happened after the end";
    }
    for (std::size_t i = 0; i < step.effects.size(); ++i) check(step, i);
    next_ = step.next;
    if (next_) seen_.push_back(*next_);
    if (accepted_) {
      EXPECT_EQ(next_.has_value(), done_ == 0) << "a deadline stands exactly as long as it is open";
    }
  }

 private:
  void reach_next() {
    if (!next_) return;
    if (random_.between(0, 3) > 0) now_ = std::max(now_, next_->at);
    feed(input::DeadlineReached{*next_});
  }

  Deadline made_up() {
    return {static_cast<Deadline::Reason>(random_.between(0, 3)),
            now_ - Duration(static_cast<std::int64_t>(random_.between(0, 10))),
            static_cast<int>(random_.between(0, 6))};
  }

  Verdict verdict() {
    AttemptResult result;
    const int kind = static_cast<int>(random_.between(0, 9));
    result.request_sent = random_.between(0, 1) == 1;
    if (kind < 6) {
      result.response = HttpResponse{static_cast<int>(random_.between(190, 599)), {}, {}, false};
      result.response->headers.emplace_back("Retry-After",
                                            std::to_string(random_.between(0, 100'000)));
    } else {
      result.error = static_cast<FailureReason>(random_.between(1, 7));
    }
    return judge(result, now_);
  }

  [[nodiscard]] bool may_begin() const { return !not_before_ || now_ >= *not_before_; }

  void check(const Step& step, std::size_t index) {
    const Effect& effect = step.effects[index];
    const auto before = [&](auto wanted) {
      const auto* record = index > 0 ? std::get_if<Record>(&step.effects[index - 1]) : nullptr;
      return record != nullptr && std::holds_alternative<decltype(wanted)>(*record);
    };
    if (const auto* record = std::get_if<Record>(&effect)) {
      if (std::holds_alternative<record::Accepted>(*record)) accepted_ = true;
      if (std::holds_alternative<record::AttemptFinished>(*record)) attempt_open_ = false;
      if (std::holds_alternative<record::Ended>(*record)) ++ended_;
    } else if (const auto* start = std::get_if<effect::StartAttempt>(&effect)) {
      EXPECT_TRUE(before(record::AttemptStarted{}));
      EXPECT_TRUE(may_begin());
      EXPECT_FALSE(attempt_open_) << "two attempts at once";
      attempt_open_ = true;
      EXPECT_EQ(start->number, ++starts_);
      EXPECT_LE(starts_, plan_.policy.attempts);
      EXPECT_TRUE(plan_.has_webhook);
      EXPECT_EQ(mails_, 0) << "an attempt after the mail";
    } else if (std::holds_alternative<effect::SendFallbackMail>(effect)) {
      EXPECT_TRUE(before(record::MailStarted{}));
      EXPECT_TRUE(may_begin());
      EXPECT_EQ(++mails_, 1) << "two mails";
      EXPECT_FALSE(attempt_open_);
    } else if (const auto* done = std::get_if<effect::Done>(&effect)) {
      EXPECT_TRUE(before(record::Ended{}));
      EXPECT_EQ(++done_, 1);
      EXPECT_EQ(ended_, 1);
      EXPECT_EQ(done->outcome == Outcome::delivered, mails_ == 0 && !gone_);
    }
  }

  DeliveryPlan plan_;
  Delivery delivery_;
  Random random_;
  TimePoint now_{std::chrono::hours(1)};
  std::optional<TimePoint> not_before_;
  std::optional<Deadline> next_;
  std::vector<Deadline> seen_;
  bool accepted_ = false;
  bool attempt_open_ = false;
  bool gone_ = false;
  int starts_ = 0;
  int mails_ = 0;
  int done_ = 0;
  int ended_ = 0;
};

DeliveryPlan random_plan(Random& random) {
  DeliveryPlan plan;
  plan.has_webhook = random.between(0, 9) > 0;
  plan.policy.attempts = static_cast<int>(random.between(1, 6));
  plan.policy.backoff.first = std::chrono::seconds(random.between(0, 5));
  plan.policy.backoff.factor = 1 + random.uniform() * 3;
  plan.policy.jitter = {random.uniform(), random.uniform()};
  if (random.between(0, 1) == 1) plan.policy.retry_after_max = std::chrono::hours(1);
  if (random.between(0, 2) == 0) plan.policy.retry_on = {{500, 599, ""}, {0, 0, "timeout"}};
  return plan;
}

std::uint64_t seed_of_the_run() {
  const char* given = std::getenv("ROOMLE_SIM_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

TEST(DeliveryProperty, AlwaysEndsInOneOutcomeWithinItsPolicyWhateverComes) {
  const std::uint64_t seed = seed_of_the_run();
  SCOPED_TRACE(fmt::format("ROOMLE_SIM_TEST_SEED={}", seed));
  fmt::print("ROOMLE_SIM_TEST_SEED={}\n", seed);
  const Random all(seed);
  for (std::uint64_t round = 0; round < 20'000 && !::testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    Random random = all.split(round);
    Watcher watcher(random_plan(random), random.next());
    if (random.between(0, 4) > 0) watcher.accept();
    const std::uint64_t inputs = random.between(0, 60);
    for (std::uint64_t i = 0; i < inputs; ++i) watcher.random_input();
    watcher.drain();
    for (int i = 0; i < 5; ++i) watcher.random_input();
  }
}

TEST(DeliveryProperty, TheSameSeedGivesTheSameWaits) {
  DeliveryPlan plan = retry_plan({std::chrono::seconds(10), std::chrono::seconds(10)});
  plan.policy.jitter = {0, 1};
  const auto waits = [&](std::uint64_t seed) {
    Delivery delivery(std::make_shared<const DeliveryPlan>(plan), Random(seed));
    TimePoint now{};
    std::vector<Duration> found;
    std::optional<Deadline> next = delivery.step(input::Accepted{}, now).next;
    while (next && next->reason == Deadline::Reason::attempt_due) {
      found.push_back(next->at - now);
      now = next->at;
      delivery.step(input::DeadlineReached{*next}, now);
      Verdict failed;
      failed.reason = FailureReason::timeout;
      next = delivery.step(input::AttemptFinished{delivery.attempts(), failed}, now).next;
    }
    return found;
  };
  EXPECT_EQ(waits(7), waits(7));
  EXPECT_NE(waits(7), waits(8));
}

}  // namespace
}  // namespace roomle_sim
