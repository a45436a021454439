// A dispatcher with a clock that is put forward: when that may be done, and what it brings.
#include <chrono>

#include "tests/sender/dispatcher_fixture.h"

namespace roomle_sim {
namespace {

using std::chrono::hours;
using std::chrono::steady_clock;

const auto kNoLimit = steady_clock::now() + hours(1);

class StandstillTest : public DispatcherTest {
 protected:
  // Its threads read the clock, which goes before it otherwise.
  ~StandstillTest() override { dispatcher_.reset(); }
  // A tenant whose POSTs are tried twice, three days apart.
  void start_with_retry(Journal& journal) {
    add_tenant(1).simulator.retry.attempts = 2;
    tenants_.back().simulator.retry.schedule = {hours(72)};
    auto registry = std::make_shared<TenantRegistry>();
    for (const Tenant& tenant : tenants_) registry->add(tenant);
    registry_ = registry;
    dispatcher_ = std::make_unique<Dispatcher>(transport_, journal, mailbox_, jumping_);
  }

  JumpingClock jumping_;
};

TEST_F(StandstillTest, StandsStillWhereNothingIsOpen) {
  start_with_retry(journal_);
  const Standstill standstill = dispatcher_->wait_for_standstill(kNoLimit);
  EXPECT_TRUE(standstill.reached);
  EXPECT_EQ(standstill.next, std::nullopt);
}

TEST_F(StandstillTest, DoesNotStandStillWhileAPostIsUnderWay) {
  start_with_retry(journal_);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  EXPECT_FALSE(dispatcher_->wait_for_standstill(steady_clock::now()).reached);
}

TEST_F(StandstillTest, PuttingTheClockForwardBringsTheRetryAndItsEnd) {
  transport_.answer(url(1), {503});
  start_with_retry(journal_);
  ASSERT_TRUE(submit(1));
  const Standstill waits = dispatcher_->wait_for_standstill(kNoLimit);
  ASSERT_TRUE(waits.reached);
  ASSERT_TRUE(waits.next);
  EXPECT_GT(*waits.next, jumping_.now() + hours(71));
  EXPECT_EQ(transport_.requests().size(), 1U);
  jumping_.jump_to(*waits.next);
  dispatcher_->clock_advanced();
  EXPECT_EQ(dispatcher_->wait_for_standstill(kNoLimit).next, std::nullopt);
  EXPECT_EQ(transport_.requests().size(), 2U);
  EXPECT_EQ(mailbox_.mails.size(), 1U);
  EXPECT_EQ(dispatcher_->open(), 0U);
}

TEST_F(StandstillTest, WhatIsDueButNotBegunIsNoStandstill) {
  transport_.answer(url(1), {503});
  start_with_retry(journal_);
  ASSERT_TRUE(submit(1));
  jumping_.jump_to(*dispatcher_->wait_for_standstill(kNoLimit).next);
  // Nobody told the dispatcher; it must not claim to stand still all the same.
  EXPECT_FALSE(dispatcher_->wait_for_standstill(steady_clock::now()).reached);
}

TEST_F(StandstillTest, RecordsThatAreOnTheirWayToTheJournalAreNoStandstill) {
  transport_.answer(url(1), {503});
  HoldingJournal journal;
  start_with_retry(journal);
  ASSERT_TRUE(submit(1));
  journal.wait_for_held(1);  // the attempt's start
  EXPECT_FALSE(dispatcher_->wait_for_standstill(steady_clock::now()).reached);
  journal.let_go();
  journal.wait_for_held(1);  // its end
  EXPECT_FALSE(dispatcher_->wait_for_standstill(steady_clock::now()).reached);
  journal.let_go();
  EXPECT_TRUE(dispatcher_->wait_for_standstill(kNoLimit).reached);
  dispatcher_.reset();
}

TEST_F(StandstillTest, AStopEndsTheWait) {
  start_with_retry(journal_);
  ASSERT_TRUE(submit(1));
  transport_.wait_for_posts(1);
  std::thread stopper([&] { dispatcher_->stop(); });
  EXPECT_FALSE(dispatcher_->wait_for_standstill(kNoLimit).reached && dispatcher_->open() == 0);
  stopper.join();
}

}  // namespace
}  // namespace roomle_sim
