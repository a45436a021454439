// What bounds and holds back a dispatcher: open deliveries, bytes, times, paused tenants.
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/sender/dispatcher_fixture.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

class DispatcherLimitsTest : public DispatcherTest {
 protected:
  Result<std::string> submit_with(std::int64_t tenant, const std::string& message,
                                  std::optional<TimePoint> not_before = std::nullopt) {
    Event event = *make_event("email.savedConfiguration", {{"email", "a@b.example"}});
    event.message = message;
    return dispatcher_->submit(registry_, tenant, event, not_before);
  }
};

TEST_F(DispatcherLimitsTest, BeyondTheMostOpenDeliveriesItIsBusyUntilOneHasEnded) {
  add_tenant(1);
  DispatcherOptions options;
  options.open_limits.deliveries = 2;
  start(options);
  ASSERT_TRUE(submit(1));
  ASSERT_TRUE(submit(1));
  const auto third = submit(1);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::busy);
  EXPECT_EQ(journal_.of_kind<record::Accepted>().size(), 2U);
  transport_.answer(url(1), {200});
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_TRUE(submit(1));
}

TEST_F(DispatcherLimitsTest, ManyCallersTogetherNeverPassTheLimit) {
  add_tenant(1);
  DispatcherOptions options;
  options.open_limits.deliveries = 10;
  start(options);
  std::atomic<int> taken = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 5; ++j) taken += submit(1).ok() ? 1 : 0;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(taken, 10);
}

TEST_F(DispatcherLimitsTest, TheBytesOfOpenEventsAreBoundedToo) {
  add_tenant(1);
  DispatcherOptions options;
  options.open_limits.bytes = 3000;
  start(options);
  ASSERT_TRUE(submit_with(1, std::string(2000, 'x')));
  const auto second = submit_with(1, std::string(2000, 'x'));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::busy);
  transport_.answer(url(1), {200});
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_TRUE(submit_with(1, std::string(2000, 'x')));
}

TEST_F(DispatcherLimitsTest, AnEventThatIsTooLargeIsRefusedForGood) {
  add_tenant(1);
  DispatcherOptions options;
  options.open_limits.event_bytes = 1000;
  start(options);
  const auto refused = submit_with(1, std::string(1000, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
  EXPECT_EQ(dispatcher_->open(), 0U);
}

TEST_F(DispatcherLimitsTest, NothingBeginsBeforeItsTime) {
  add_tenant(1);
  start();
  transport_.answer(url(1), {200});
  const auto later = submit_with(1, "", clock_.now() + 24h);
  ASSERT_TRUE(later);
  const auto now = submit(1);
  transport_.wait_for_posts(1);
  EXPECT_EQ(dispatcher_->resend_now(*later), ResendNow::under_way);
  while (dispatcher_->open() > 1) std::this_thread::yield();
  EXPECT_EQ(transport_.requests().size(), 1U);
  const auto accepted = journal_.of_kind<record::Accepted>();
  EXPECT_TRUE(std::get<record::Accepted>(accepted.front().what).not_before);
  EXPECT_FALSE(std::get<record::Accepted>(accepted.back().what).not_before);
}

TEST_F(DispatcherLimitsTest, WhatIsForLaterBeginsWhenItsTimeHasCome) {
  add_tenant(1);
  start();
  transport_.answer(url(1), {200});
  const TimePoint later = clock_.now() + 30ms;
  ASSERT_TRUE(submit_with(1, "", later));
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  ASSERT_EQ(journal_.of_kind<record::AttemptStarted>().size(), 1U);
  EXPECT_GE(journal_.of_kind<record::AttemptStarted>()[0].at, later);
}

TEST_F(DispatcherLimitsTest, AfterAnExceptionOfTheTransportNothingIsBegunAnyMore) {
  class Throwing : public Transport {
    AttemptResult post(const AttemptRequest&) override {
      throw std::runtime_error("thrown by the test");
    }
    void interrupt() override {}
  };
  add_tenant(1);
  start();
  Throwing transport;
  dispatcher_ = std::make_unique<Dispatcher>(transport, journal_, mailbox_, clock_);
  ASSERT_TRUE(submit(1));
  EXPECT_FALSE(dispatcher_->wait_until_idle());
  EXPECT_EQ(submit(1).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(mailbox_.mails.empty());
  dispatcher_.reset();
}

TEST_F(DispatcherLimitsTest, APausedTenantsEventsWaitWhileOthersAreSent) {
  add_tenant(1);
  add_tenant(2);
  start();
  transport_.answer(url(1), {200});
  transport_.answer(url(2), {200});
  EXPECT_TRUE(dispatcher_->pause(1));
  EXPECT_FALSE(dispatcher_->pause(1));
  EXPECT_EQ(dispatcher_->paused(), std::vector<std::int64_t>{1});
  const auto held = submit(1);
  ASSERT_TRUE(submit(2));
  while (dispatcher_->open() > 1) std::this_thread::yield();
  EXPECT_EQ(transport_.requests().size(), 1U);
  EXPECT_EQ(dispatcher_->resend_now(*held), ResendNow::paused);
  EXPECT_TRUE(dispatcher_->unpause(1));
  EXPECT_FALSE(dispatcher_->unpause(1));
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(transport_.requests().size(), 2U);
}

TEST_F(DispatcherLimitsTest, WhatWaitedForASlotWhenItsTenantWasPausedIsHeldToo) {
  add_tenant(1);
  DispatcherOptions options;
  options.attempts_per_tenant = 1;
  start(options);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  ASSERT_TRUE(submit(1));
  dispatcher_->pause(1);
  transport_.answer(url(1), {200});
  while (dispatcher_->open() > 1) std::this_thread::yield();
  EXPECT_EQ(transport_.requests().size(), 1U);
  dispatcher_->unpause(1);
  EXPECT_TRUE(dispatcher_->wait_until_idle());
}

TEST_F(DispatcherLimitsTest, APausedTenantsMailsWaitWhileOthersAreMailed) {
  add_tenant(1).webhook.clear();
  add_tenant(2).webhook.clear();
  start();
  dispatcher_->pause(1);
  ASSERT_TRUE(submit(1));
  ASSERT_TRUE(submit(2));
  while (dispatcher_->open() > 1) std::this_thread::yield();
  ASSERT_EQ(mailbox_.mails.size(), 1U);
  EXPECT_EQ(mailbox_.mails.front().tenant.id, 2);
  dispatcher_->unpause(1);
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(mailbox_.mails.size(), 2U);
}

TEST_F(DispatcherLimitsTest, AMailForWhichTheMachineLacksSomethingIsTriedAgain) {
  add_tenant(1).webhook.clear();
  start();
  mailbox_.shortages = 2;
  ASSERT_TRUE(submit(1));
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(mailbox_.mails.size(), 1U);
  EXPECT_EQ(journal_.of_kind<record::MailFinished>().size(), 1U);
}

TEST_F(DispatcherLimitsTest, AStopEndsTheWaitForWhatAMailLacksAndLeavesItOpen) {
  add_tenant(1).webhook.clear();
  start();
  mailbox_.shortages = -1;
  ASSERT_TRUE(submit(1));
  mailbox_.wait_for_shortages(1);
  dispatcher_->stop();
  EXPECT_EQ(dispatcher_->open(), 1U);
  EXPECT_TRUE(journal_.of_kind<record::MailFinished>().empty());
}

TEST_F(DispatcherLimitsTest, ABugInAnActFailsTheDispatcherAndNotTheProcess) {
  class Throwing : public FallbackMailbox {
    Result<MailReceipt, MailError> deliver(const FallbackMail&) override {
      throw std::logic_error("thrown by the test");
    }
  };
  add_tenant(1).webhook.clear();
  start();
  Throwing mailbox;
  dispatcher_ = std::make_unique<Dispatcher>(transport_, journal_, mailbox, clock_);
  ASSERT_TRUE(submit(1));
  EXPECT_FALSE(dispatcher_->wait_until_idle());
  ASSERT_TRUE(dispatcher_->failure());
  EXPECT_NE(dispatcher_->failure()->message.find("thrown by the test"), std::string::npos);
  EXPECT_FALSE(submit(1));
  dispatcher_.reset();
}

}  // namespace
}  // namespace roomle_sim
