// Nothing is done before its record is durable, although nobody waits for the journal.
#include <future>

#include "tests/sender/dispatcher_fixture.h"

namespace roomle_sim {
namespace {

using namespace std::chrono_literals;

class DispatcherOrder : public DispatcherTest {
 protected:
  DispatcherOrder() {
    Tenant& tenant = add_tenant(1);
    tenant.simulator.retry.attempts = 2;
    tenant.simulator.retry.backoff.first = 1h;
    for (const Tenant& one : tenants_) registry().add(one);
    registry().add(Credential{"acmeKey", Secret("a-Secr3t_Str1ng!")});
    registry_ = made_;
  }
  void begin(DispatcherOptions options = {}) {
    dispatcher_ = std::make_unique<Dispatcher>(transport_, held_, mailbox_, clock_, options);
  }
  TenantRegistry& registry() { return *made_; }

  std::shared_ptr<TenantRegistry> made_ = std::make_shared<TenantRegistry>();
  HoldingJournal held_;
};

TEST_F(DispatcherOrder, APostWaitsForTheRecordOfItsStart) {
  transport_.answer(url(1), {200});
  begin();
  ASSERT_TRUE(submit(1));
  held_.wait_for_held(1);
  EXPECT_TRUE(transport_.requests().empty());
  held_.let_go();
  transport_.wait_for_posts(1);
  held_.wait_for_held(1);
  EXPECT_EQ(dispatcher_->open(), 1U);  // until its end is durable
  held_.let_go();
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  EXPECT_EQ(held_.of_kind<record::Ended>().size(), 1U);
  dispatcher_.reset();
}

TEST_F(DispatcherOrder, AnEarlyRetryWaitsForTheRecordOfTheFailureBeforeIt) {
  transport_.answer(url(1), {503, 200});
  begin();
  const auto id = submit(1);
  held_.wait_for_held(1);
  held_.let_go();
  held_.wait_for_held(1);  // the failed attempt's end, and that a retry is scheduled
  EXPECT_EQ(dispatcher_->resend_now(*id), ResendNow::started);
  EXPECT_EQ(transport_.requests().size(), 1U);
  EXPECT_EQ(held_.of_kind<record::AttemptStarted>().size(), 1U);
  held_.let_go();
  held_.wait_for_held(1);
  held_.let_go();
  transport_.wait_for_posts(2);
  held_.wait_for_held(1);
  held_.let_go();
  EXPECT_TRUE(dispatcher_->wait_until_idle());
  dispatcher_.reset();
}

TEST_F(DispatcherOrder, TheEndWaitsForWhatTheJournalHasNotWrittenYet) {
  transport_.answer(url(1), {200});
  begin();
  ASSERT_TRUE(submit(1));
  held_.wait_for_held(1);
  auto stopped = std::async(std::launch::async, [&] { dispatcher_->stop(); });
  EXPECT_FALSE(dispatcher_->wait_until_idle());  // the end has begun
  EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
  held_.let_go();
  stopped.get();
  EXPECT_TRUE(transport_.requests().empty());
  dispatcher_.reset();
}

TEST_F(DispatcherOrder, WithinTheGraceWhatHasBegunComesToItsEnd) {
  DispatcherOptions options;
  options.stop_grace = 1h;
  begin(options);
  ASSERT_TRUE(submit(1));
  held_.wait_for_held(1);
  auto stopped = std::async(std::launch::async, [&] { dispatcher_->stop(); });
  EXPECT_FALSE(dispatcher_->wait_until_idle());  // the end has begun
  held_.let_go();                                // the attempt was recorded, so it is made
  transport_.wait_for_posts(1);
  transport_.answer(url(1), {200});
  held_.wait_for_held(1);
  held_.let_go();
  stopped.get();
  EXPECT_EQ(held_.of_kind<record::Ended>().size(), 1U);
}

TEST_F(DispatcherOrder, WhatTheJournalRefusesIsNotDone) {
  transport_.answer(url(1), {200});
  begin();
  ASSERT_TRUE(submit(1));
  held_.wait_for_held(1);
  held_.fail = true;
  held_.let_go();
  EXPECT_FALSE(dispatcher_->wait_until_idle());
  EXPECT_EQ(dispatcher_->failure()->code, ErrorCode::unavailable);
  EXPECT_TRUE(transport_.requests().empty());
  EXPECT_FALSE(submit(1));
  dispatcher_.reset();
}

}  // namespace
}  // namespace roomle_sim
